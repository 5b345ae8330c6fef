import type { Random } from "../fuzz/random.ts";
import { server } from "./addresses.ts";
import type { Attempt } from "./connect-loop/attempt.ts";
import { ConnectLoop, monotonicMs } from "./connect-loop/connect-loop.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const UPLINKS = ["wan", "wanb", "wanc"] as const;
type Name = (typeof UPLINKS)[number];
type Firewall = "nftables" | "iptables";

interface Step {
	what: string;
	/** A line failed or came back, or others took away what sends new connections past a line that is dead. */
	mayLose: boolean;
	fromMs: number;
	/** When all was settled. */
	toMs: number;
}

/** Later than this after the house has settled, no connection may be lost to a fault of a line. */
const GRACE_MS = 1000;
/** A connection that is not there by then is a lost one. */
const LOST_MS = 1000;

/** A line that works is not taken for dead because the machine has more to do: new connections would move, and that shows. */
const PROBING = { timeout_floor: "300ms" };

const MODES = ["failover", "weighted", "round_robin", "latency", "least_connections", "quality"] as const;
const CONDITIONS: readonly Record<string, string>[] = [
	{ proto: "udp", dest_port: "5000-6000 443" },
	{ dest_ip: "198.51.100.0/24 2001:db8:dead::/48" },
	{ src_ip: "192.168.1.128/25", proto: "tcp" },
	{ family: "ipv6", proto: "icmp" },
	{ src_mac: "02:00:00:00:00:77", log: "1" },
	{ dscp: "EF", sticky: "1" },
];

const KILL = "pkill -9 -f 'polywan daemon'";

/** What others do to a router: the words are run as a script. */
const DAMAGE: Record<Firewall | "both", readonly string[]> = {
	both: [
		"ip -4 rule flush; ip -6 rule flush; ip -4 rule add pref 32766 lookup main; ip -6 rule add pref 32766 lookup main",
		"ip -4 rule del pref 32766; ip -4 rule add pref 32766 lookup main",
		"conntrack -F",
		"/etc/init.d/firewall reload",
		KILL,
	],
	nftables: ["nft delete table inet polywan", "nft flush chain inet polywan prerouting"],
	iptables: [
		"for p in iptables ip6tables; do $p -t mangle -F; $p -t mangle -X; done",
		"iptables -t mangle -F polywan_prerouting",
	],
};

/**
 * A real router whose configuration, lines and kernel change at random, while a client in the LAN opens a connection every
 * 20 ms. After each step the kernel must be as a start from nothing would make it, and no connection may have been lost but to
 * a line that failed or to what others did to the kernel, and then only until that was noticed: one line at least works all the
 * time. A changed configuration and a daemon that is killed lose none.
 */
export class HouseWalk {
	readonly #site: Site;
	readonly #polywan: Polywan;
	readonly #random: Random;
	readonly #firewall: Firewall;
	readonly #loop: ConnectLoop;
	/** Of the lines that are part of the configuration. */
	readonly #uplinks = new Map<Name, Record<string, string>>([
		["wan", {}],
		["wanb", {}],
	]);
	readonly #rules = new Map<string, Record<string, string>>();
	readonly #broken = new Set<Name>();
	#mode: string = "failover";
	#mask = "0x3f00";
	#steps = 0;
	readonly #done: Step[] = [];

	private constructor(site: Site, firewall: Firewall, random: Random) {
		this.#site = site;
		this.#polywan = new Polywan(site);
		this.#firewall = firewall;
		this.#random = random;
		this.#loop = ConnectLoop.start(site.host(0), { address: server(1).ipv4 });
	}

	static async start(firewall: Firewall, random: Random): Promise<HouseWalk> {
		const site = await Site.build({ uplinks: { wan: {}, wanb: {}, wanc: {} }, firewall, daemon: true });
		const walk = new HouseWalk(site, firewall, random);
		await walk.#configure("begins");
		await walk.#settle();
		return walk;
	}

	get #working(): readonly Name[] {
		return [...this.#uplinks.keys()].filter((name) => !this.#broken.has(name));
	}

	/** One change, and the wait until the house has settled. Throws an Error that tells the last steps where it does not. */
	async step(): Promise<void> {
		this.#steps++;
		const step = { what: "", mayLose: false, fromMs: monotonicMs(), toMs: Number.POSITIVE_INFINITY };
		this.#done.push(step);
		Object.assign(step, await this.#change());
		try {
			await this.#settle();
		} catch (error) {
			const last = this.#done.slice(-4).map(({ what }) => what);
			throw new Error(`step ${this.#steps}: ${last.join("; then ")}`, { cause: error });
		}
		step.toMs = monotonicMs();
	}

	/** `lost`: the steps in which connections were lost that no fault of a line explains. */
	async end(): Promise<{ attempts: number; lost: readonly string[] }> {
		try {
			const attempts = await this.#loop.stop();
			const faults = this.#done.filter(({ mayLose }) => mayLose);
			const isExplained = ({ startMs }: Attempt) =>
				faults.some(({ fromMs, toMs }) => startMs >= fromMs - LOST_MS && startMs <= toMs + GRACE_MS);
			const lost = attempts
				.filter(({ tookMs }) => tookMs === null || tookMs > LOST_MS)
				.filter((attempt) => !isExplained(attempt));
			const steps = lost.map(({ startMs }) => this.#done.findLast(({ fromMs }) => fromMs <= startMs));
			return { attempts: attempts.length, lost: [...new Set(steps)].map((step) => this.#tell(step, lost)) };
		} finally {
			await this.#site.close();
		}
	}

	#tell(step: Step | undefined, lost: readonly Attempt[]): string {
		if (step === undefined) return "before the first step";
		const { what, fromMs, toMs } = step;
		const count = lost.filter(({ startMs }) => startMs >= fromMs && startMs <= toMs).length;
		return `step ${this.#done.indexOf(step) + 1} (${what}): ${count}`;
	}

	async #change(): Promise<Pick<Step, "what" | "mayLose">> {
		const kind = this.#random.below(10);
		if (kind < 4) return { what: await this.#changeConfiguration(), mayLose: false };
		if (kind < 7) return this.#damage();
		return this.#changeLine();
	}

	async #changeConfiguration(): Promise<string> {
		const random = this.#random;
		const name = random.pick([...this.#uplinks.keys()]);
		switch (random.below(7)) {
			case 0:
				this.#uplinks.set(name, { ...this.#uplinks.get(name), weight: String(1 + random.below(9)) });
				return this.#configure(`another weight for ${name}`);
			case 1:
				this.#uplinks.set(name, { ...this.#uplinks.get(name), tier: String(1 + random.below(3)) });
				return this.#configure(`another tier for ${name}`);
			case 2:
				this.#mode = random.pick(MODES);
				return this.#configure(`mode ${this.#mode}`);
			case 3:
				if (!this.#uplinks.has("wanc")) {
					this.#uplinks.set("wanc", {});
					return this.#configure("wanc is new");
				}
				if (this.#working.every((working) => working === "wanc")) break;
				this.#uplinks.delete("wanc");
				return this.#configure("wanc is gone");
			case 4:
				if (!random.oneIn(4)) break;
				this.#mask = this.#mask === "0x3f00" ? "0xff000000" : "0x3f00";
				return this.#configure(`mask ${this.#mask}`);
			case 5: {
				const first = this.#rules.keys().next().value;
				if (first === undefined) break;
				this.#rules.delete(first);
				return this.#configure(`without rule ${first}`);
			}
		}
		const target = random.pick([
			"everything",
			"unreachable",
			"blackhole",
			"default",
			...this.#uplinks.keys(),
		]);
		this.#rules.set(`r${this.#steps}`, { ...random.pick(CONDITIONS), target });
		return this.#configure(`a rule to ${target}`);
	}

	async #configure(what: string): Promise<string> {
		const { router } = this.#site;
		const known = this.#uplinks;
		const rules = [...this.#rules].filter(
			([, { target = "" }]) => !(UPLINKS as readonly string[]).includes(target) || known.has(target as Name),
		);
		router.writeFile(
			"/etc/config/polywan",
			renderPolywanConfig({
				globals: { firewall: this.#firewall, mark_mask: this.#mask },
				uplinks: Object.fromEntries(
					[...this.#uplinks].map(([name, options]) => [name, { ...PROBING, ...options }]),
				),
				policies: { everything: { mode: this.#mode } },
				rules: Object.fromEntries(rules),
			}),
		);
		await until("the daemon takes it", async () => (await this.#polywan.run("reload")).code === 0, {
			timeoutMs: 30_000,
		});
		return what;
	}

	async #damage(): Promise<Pick<Step, "what" | "mayLose">> {
		const script = this.#random.pick([...DAMAGE.both, ...DAMAGE[this.#firewall]]);
		await this.#site.router.run(["sh", "-c", script]);
		return { what: script, mayLose: script !== KILL };
	}

	async #changeLine(): Promise<Pick<Step, "what" | "mayLose">> {
		const random = this.#random;
		const name = random.pick([...this.#uplinks.keys()]);
		const uplink = this.#site.uplink(name);
		if (this.#broken.delete(name)) {
			await uplink.carrier(true);
			await uplink.heal();
			return { what: `${name} heals`, mayLose: true };
		}
		if (this.#working.length < 2 || random.oneIn(4)) {
			await uplink.delay(random.below(60));
			return { what: `${name} has another delay`, mayLose: false };
		}
		this.#broken.add(name);
		if (random.oneIn(3)) await uplink.carrier(false);
		else await uplink.blackhole();
		return { what: `${name} fails`, mayLose: true };
	}

	/** Every line is known for what it is, and nothing in the kernel differs from what the daemon would put there. */
	async #settle(): Promise<void> {
		const names = [...this.#uplinks.keys()];
		const working = this.#working;
		const broken = names.filter((name) => this.#broken.has(name));
		await until(
			"the lines are known for what they are",
			async () => {
				const { uplinks, apply } = await this.#polywan.status();
				if (!apply.ok) throw new Error(`the kernel was not changed: ${apply.error}`);
				if (uplinks.length !== names.length) throw new Error(`the daemon knows ${uplinks.length} uplinks`);
				for (const { name, ipv4 } of uplinks) {
					const isUsed = ipv4?.state === "up" || ipv4?.state === "degraded";
					if (working.includes(name as Name) && !isUsed)
						throw new Error(`${name} is ${ipv4?.state}: ${ipv4?.reason}`);
					if (broken.includes(name as Name) && ipv4 !== null && ipv4.state !== "down")
						throw new Error(`${name} is ${ipv4.state}`);
				}
				return true;
			},
			{ timeoutMs: 40_000 },
		);
		await until(
			"nothing differs",
			async () => {
				const { code, stdout } = await this.#polywan.run("diff");
				if (code !== 0) throw new Error(stdout);
				return true;
			},
			{ timeoutMs: 30_000 },
		);
	}
}
