import type { FamilyStatus, PolywanEvent, Status, UplinkStatus } from "polywan-core/status";
import type { Site } from "./site.ts";
import { until } from "./until.ts";

/** The daemon in a site's router, as its users see it. */
export class Polywan {
	readonly #site: Site;

	constructor(site: Site) {
		this.#site = site;
	}

	async status(): Promise<Status> {
		return (await this.#site.router.ubus("polywan", "status")) as unknown as Status;
	}

	async uplink(name: string): Promise<UplinkStatus> {
		const found = (await this.status()).uplinks.find((uplink) => uplink.name === name);
		if (!found) throw new Error(`polywan status has no uplink ${name}`);
		return found;
	}

	async events(): Promise<readonly PolywanEvent[]> {
		const { events } = await this.#site.router.ubus("polywan", "events");
		return events as unknown as PolywanEvent[];
	}

	/** Gives what the CLI printed, and its exit code. */
	run(...words: string[]): ReturnType<Site["router"]["run"]> {
		return this.#site.router.run(["polywan", ...words]);
	}

	/**
	 * Waits until every uplink named has that state in each of its families, and the kernel was told. An uplink that fails again
	 * and again must answer for longer each time before it is used.
	 */
	async untilState(state: FamilyStatus["state"], ...names: string[]): Promise<void> {
		const description = `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} ${state}`;
		const isThere = async () => {
			const { uplinks, apply } = await this.status();
			const families = uplinks
				.filter(({ name }) => names.includes(name))
				.flatMap(({ name, ipv4, ipv6 }) => [
					{ name, family: ipv4 },
					{ name, family: ipv6 },
				]);
			if (!apply.ok) throw new Error(`the kernel was not changed: ${apply.error}`);
			for (const { name, family } of families)
				if (family !== null && family.state !== state)
					throw new Error(`${name} is ${family.state}: ${family.reason}`);
			return families.length > 0;
		};
		await until(description, isThere, { timeoutMs: 40_000 });
	}

	/** The daemon's process in the router. */
	async pid(): Promise<number> {
		const { stdout } = await this.#site.router.run(["pgrep", "-f", "polywan daemon"]);
		const pid = Number(stdout.split("\n")[0]);
		if (!(pid > 0)) throw new Error("no daemon runs in the router");
		return pid;
	}
}
