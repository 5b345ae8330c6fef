import type { Site } from "../site.ts";
import { until } from "../until.ts";

/** The program polywan-reports in a site's router. */
export class Reports {
	readonly #site: Site;

	constructor(site: Site) {
		this.#site = site;
	}

	/** Writes both files and starts, or starts again. When this is done it is another process that runs. */
	async configure(reports: string, secrets = ""): Promise<void> {
		const { router } = this.#site;
		router.writeFile("/etc/config/polywan_reports", reports, 0o600);
		router.writeFile("/etc/config/polywan_secrets", secrets, 0o600);
		const before = await this.pids();
		await router.mustRun(["/etc/init.d/polywan-reports", "restart"]);
		await until("another polywan-reports runs", async () => {
			const [now, ...more] = await this.pids();
			return now !== undefined && more.length === 0 && !before.includes(now);
		});
	}

	/** What it had to say before its end is said when this is done. */
	async stop(): Promise<void> {
		await this.#site.router.run(["/etc/init.d/polywan-reports", "stop"]);
		await until("polywan-reports has ended", async () => (await this.pids()).length === 0);
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
