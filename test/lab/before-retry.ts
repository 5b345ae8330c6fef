import { beforeEach } from "vitest";
import type { Polywan } from "./polywan.ts";
import type { Site } from "./site.ts";
import { until } from "./until.ts";

/** Longer than any uplink may have to prove itself. */
const TIDYING_MS = 120_000;

/**
 * A test that failed is tried once more at the same site: before that, lines, configuration, wishes and the daemon are again as the
 * file's first test found them.
 *
 * @param also what else the tests leave behind
 * @param names uplinks that are to be up then; default: all
 */
export function tidyBeforeRetry(
	house: () => { site: Site; polywan: Polywan },
	config: string,
	also: () => Promise<unknown> = async () => {},
	names?: readonly string[],
): void {
	beforeEach(async ({ task }) => {
		if ((task.result?.retryCount ?? 0) === 0) return;
		const { site, polywan } = house();
		for (const uplink of site.uplinks) {
			await uplink.heal();
			await uplink.delay(uplink.spec.delayMs ?? 0);
		}
		await also();
		site.router.writeFile("/etc/config/polywan", config);
		await site.router.run(["/etc/init.d/polywan", "start"]);
		await until("the daemon reads its configuration", async () => (await polywan.run("reload")).code === 0, {
			timeoutMs: 30_000,
		});
		for (const { name } of site.uplinks) await polywan.run("auto", name);
		await polywan.untilState("up", ...(names ?? site.uplinks.map(({ name }) => name)));
	}, TIDYING_MS);
}
