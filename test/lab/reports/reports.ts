import type { Site } from "../site.ts";
import { until } from "../until.ts";

/** The program polywan-reports in a site's router. */
export class Reports {
	readonly #site: Site;

	constructor(site: Site) {
		this.#site = site;
	}

	/** Writes both files and starts, or starts again, as a reload would. */
	async configure(reports: string, secrets = ""): Promise<void> {
		const { router } = this.#site;
		router.writeFile("/etc/config/polywan_reports", reports, 0o600);
		router.writeFile("/etc/config/polywan_secrets", secrets, 0o600);
		await router.mustRun(["/etc/init.d/polywan-reports", "restart"]);
		await until("polywan-reports runs", async () => (await this.pids()).length === 1);
	}

	async pids(): Promise<number[]> {
		const { stdout } = await this.#site.router.run(["pgrep", "-f", "polywan-reports daemon"]);
		return stdout.split("\n").filter(Boolean).map(Number);
	}

	/** Its process in the router; it and the router share the machine's process numbers only inside. */
	async pid(): Promise<number> {
		const [pid] = await this.pids();
		if (pid === undefined) throw new Error("polywan-reports does not run");
		return pid;
	}

	log(): string {
		return this.#site.router
			.readFile("/tmp/log/messages")
			.split("\n")
			.filter((line) => line.includes("polywan"))
			.join("\n");
	}
}
