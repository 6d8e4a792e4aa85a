-- compatible: yes (adds an index)

-- Guests have no account: their sessions are where their names are.
CREATE INDEX sessions_user ON sessions ((sess -> 'user' ->> 'id'));
