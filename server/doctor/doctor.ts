import { checkBalancer } from "./balancer.js";
import { checkClocks } from "./clocks.js";
import { checkDatabases } from "./database.js";
import { lineOf, notChecked, type Finding } from "./finding.js";
import { doctorUsage, readOptions } from "./options.js";
import { checkRedis } from "./redis.js";
import { checkSettings } from "./settings.js";

/**
 * `parley doctor`: looks at all that an instance with this environment needs and prints one line for
 * each check. Returns the exit code: 0, 1 (a check failed), 2 (wrong use).
 */
export async function runDoctor(
  args: string[],
  environment: Record<string, string | undefined>,
  print: (line: string) => void,
): Promise<number> {
  const options = readOptions(args);
  if (options === null) {
    print(doctorUsage);
    return 2;
  }
  let broken = false;
  const tell = (findings: Finding[]) => {
    for (const finding of findings) {
      broken ||= finding.state === "failed";
      print(lineOf(finding));
    }
  };

  const { findings, config, migrationUrl } = checkSettings(environment, options.role);
  tell(findings);
  if (config === null) {
    tell([notChecked("everything else", "needs settings that are right")]);
    return 1;
  }
  const database = await checkDatabases(config, migrationUrl);
  tell(database.findings);
  const redis = await checkRedis(config);
  tell(redis.findings);
  tell([checkClocks({ redis: redis.skewMs, Postgres: database.skewMs })]);
  if (options.url !== null) tell(await checkBalancer(options.url, config, redis.commands));
  else tell([notChecked("nginx", "give its address: --url http://host:8080")]);
  await redis.close();
  return broken ? 1 : 0;
}
