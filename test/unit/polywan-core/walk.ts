import { parseCatalogue } from "polywan-core/app/catalogue";
import type { Family } from "polywan-core/family";
import type { UplinkState } from "polywan-core/health/state";
import type { Link } from "polywan-core/link";
import { buildPlan } from "polywan-core/plan/build";
import { divertShares } from "polywan-core/plan/divert";
import type { KernelIds } from "polywan-core/plan/ids";
import { allocateKernelIds, NO_IDS } from "polywan-core/plan/ids";
import type { Plan } from "polywan-core/plan/plan";
import type { ShareAdjustment } from "polywan-core/plan/policies";
import type { Measure, ShareRequest } from "polywan-core/policy/shares";
import { linksOf, modelOf } from "./fixture.ts";

/** mulberry32: the same walk for the same seed. */
export function randomOf(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}

const STATES: readonly UplinkState[] = ["down", "starting", "up", "degraded", "recovering"];
const MASKS = ["0xff000000", "0x3f00"];
const MODES = [
	"weighted",
	"round_robin",
	"least_connections",
	"latency",
	"quality",
	"adaptive",
	"flow_hash",
	"least_used",
	"overflow",
	"custom",
];
const TARGETS = ["first", "all", "default", "unreachable", "blackhole"];

const CATALOGUE = parseCatalogue(
	[
		{
			path: "apps.json",
			text: JSON.stringify({
				films: { category: "video", domains: ["films.example"], networks: ["192.0.2.0/28"] },
				shooter: { category: "gaming", networks: ["198.51.100.0/24"], ports: ["udp 5353", "tcp 80"] },
			}),
		},
	],
	() => {},
);

/** What is done at once when an uplink dies. */
export interface Diversion {
	readonly family: Family;
	readonly dead: number;
	/** Those that still take connections. */
	readonly left: readonly number[];
	readonly adjustments: readonly ShareAdjustment[];
}

/** A house whose configuration, links and health change at random. */
export class Walk {
	readonly #random: (below: number) => number;
	readonly #names: string[] = ["wan", "wanb"];
	readonly #rules = new Map<string, string>();
	readonly #weights = new Map<string, number>();
	#mode = 0;
	#measured = 0;
	readonly #states = new Map<string, UplinkState>();
	readonly #linkless = new Set<string>();
	#renumbered = 0;
	#mask = 0;
	#resets = 1;
	#default = "first";
	#ids: KernelIds = NO_IDS;
	#steps = 0;

	constructor(seed: number) {
		this.#random = randomOf(seed);
	}

	/** Below: chance one in so many. */
	chance(below: number): boolean {
		return this.#random(below) === 0;
	}

	pick(below: number): number {
		return this.#random(below);
	}

	step(): void {
		this.#steps++;
		const name = this.#names[this.#random(this.#names.length)] ?? "wan";
		const family = this.#random(2) === 0 ? 4 : 6;
		switch (this.#random(12)) {
			case 0:
				if (this.#names.length < 6) this.#names.push(`u${this.#steps}`);
				break;
			case 1:
				if (this.#names.length > 1) this.#names.splice(this.#names.indexOf(name), 1);
				break;
			case 2:
				// Together at most as many as iptables takes turns: beyond that the back ends share differently.
				this.#weights.set(name, 1 + this.#random(10));
				break;
			case 3:
				this.#addRule();
				break;
			case 4:
				for (let n = this.#random(5); n > 0; n--) this.#rules.delete([...this.#rules.keys()][0] ?? "");
				break;
			case 5:
				if (!this.#linkless.delete(`${family} ${name}`)) this.#linkless.add(`${family} ${name}`);
				break;
			case 6:
				this.#renumbered = this.#random(200);
				break;
			case 7:
				if (this.chance(8)) this.#mask = 1 - this.#mask;
				if (this.chance(8)) this.#resets = 1 - this.#resets;
				this.#mode = this.#random(MODES.length);
				this.#measured = this.#random(1000);
				this.#default = [...TARGETS, name][this.#random(TARGETS.length + 1)] ?? "first";
				break;
			case 8:
				this.#measured = this.#random(1000);
				break;
			default:
				this.#states.set(`${family} ${name}`, STATES[this.#random(STATES.length)] ?? "up");
		}
	}

	plan(): Plan {
		const model = modelOf(this.#config());
		this.#ids = allocateKernelIds(model, this.#ids).ids;
		const links = model.uplinks.flatMap(({ name }): Link[] =>
			linksOf(name, this.#ids.uplinks[name] ?? 0)
				.filter((link) => !this.#linkless.has(`${link.family} ${name}`))
				.map((link) => (link.family === 4 ? { ...link, addresses: this.#renumber(link) } : link)),
		);
		const states = links.map(({ uplink, family }) => ({
			uplink,
			family,
			state: this.#states.get(`${family} ${uplink}`) ?? "up",
		}));
		return buildPlan({
			measure: (request) => this.#measure(request),
			model,
			links,
			states,
			ids: this.#ids,
			devices: new Map([["guest", "br-guest"]]),
			zones: new Map([["guests", ["guest"]]]),
			catalogue: CATALOGUE,
			asleep: new Set([...this.#rules.keys()].filter((_, index) => (index + this.#steps) % 5 === 0)),
		});
	}

	/** Lets an uplink of `plan` die that takes connections, and gives what is to be done about it at once; null: there is none. */
	kill(plan: Plan): Diversion | null {
		const family = this.#random(2) === 0 ? 4 : 6;
		const alive = plan.uplinks.filter(
			({ name, eligible }) => eligible[family] && this.#states.get(`${family} ${name}`) !== "down",
		);
		const dead = alive[this.#random(alive.length)];
		if (dead === undefined) return null;
		this.#states.set(`${family} ${dead.name}`, "down");
		const left = new Set(alive.filter((uplink) => uplink !== dead).map(({ name }) => name));
		const adjustments = divertShares(plan, dead.name, family, {
			model: modelOf(this.#config()),
			ids: this.#ids,
			shares: { isEligible: (uplink) => left.has(uplink) },
		});
		return {
			family,
			dead: dead.id,
			left: alive.filter(({ name }) => left.has(name)).map(({ id }) => id),
			adjustments,
		};
	}

	/** Any shares will do, as long as they are the same until something is measured anew. */
	#measure({ eligible }: ShareRequest): ReturnType<Measure> {
		const weights = eligible.map(({ uplink }, index) => ({
			name: uplink,
			weight: (this.#measured >> index) % 4,
		}));
		const members = weights.filter(({ weight }) => weight > 0);
		return members.length === 0 ? null : { members, first: null };
	}

	#renumber(link: Link): Link["addresses"] {
		return link.addresses.map(({ address, prefixLength }) => ({
			address: address.replace(/\d+$/, String(2 + this.#renumbered)),
			prefixLength,
		}));
	}

	#addRule(): void {
		const conditions = [
			"\toption proto tcp\n\toption dest_port '80 443 8000-8100'\n",
			"\toption src_ip '192.168.1.0/25'\n",
			"\toption dest_ip '192.0.2.0/24 2001:db8:ffff::/48'\n",
			"\toption src_iface guest\n",
			"\toption family ipv6\n",
			"\tlist src_ip 192.168.1.0/26\n\tlist src_ip 192.168.1.96/28\n\tlist dest_ip 192.0.2.0/28\n\tlist dest_ip 198.51.100.0/24\n\toption proto 'udp tcp sctp'\n\toption dest_port 443\n",
			"\toption src_mac '00:11:22:33:44:55 00:11:22:33:44:66'\n\toption dest_port '443 !8000-8100'\n",
			"\toption src_mac '!00:11:22:33:44:55'\n\toption log 1\n",
			"\toption icmp_type 'echo-request echo-reply'\n",
			"\toption icmp_type '!echo-request'\n\toption src_zone '!guests'\n",
			"\toption dscp 'EF !CS1 AF41'\n",
			"\toption dscp '!EF'\n\toption src_ip '192.168.1.0/24 fd00:1::/64 !192.168.1.100-192.168.1.103'\n",
			"\toption mark '0x10/0xf0 0x20/0xf0'\n\toption log 1\n",
			"\toption domain 'example.com !www.example.com'\n",
			"\toption domain '!example.org'\n\toption proto udp\n",
			"\toption app shooter\n\toption src_iface guest\n",
			"\toption app '!films'\n\toption dest_port 443\n",
			"\toption heavy 50M\n",
			"\toption schedule mon-fri\n\toption proto icmp\n",
			"\toption sticky 1\n\toption proto tcp\n",
			"\toption sticky 1\n\toption sticky_key source_destination\n\toption log 1\n\toption sticky_timeout 1h\n",
			"\toption user '1000 1001'\n\toption proto '!udp'\n",
			"\toption group '!100'\n\toption dest_ip '!192.0.2.0/28 !2001:db8:ffff::/48'\n",
			"",
		];
		const targets = [...TARGETS, ...this.#names];
		const target = targets[this.#random(targets.length)];
		if (this.chance(3)) this.#addRow(targets);
		this.#rules.set(
			`r${this.#steps}`,
			`${conditions[this.#random(conditions.length)]}\toption priority ${this.#random(3)}\n\toption target ${target}\n`,
		);
	}

	/** Rules that look at the same things, and sometimes contradict each other. */
	#addRow(targets: readonly string[]): void {
		const kind = this.#random(4);
		for (let n = 0; n < 7; n++) {
			const host = 98 + this.#random(5);
			const conditions = [
				`\toption src_ip '192.168.1.${host} fd00:1::${host}'\n`,
				`\toption src_ip '192.168.${n % 2}.0/2${n} fd00:${n}::/64'\n`,
				`\toption proto 'tcp udp'\n\toption dest_port '${[80, 443, 5353, 22][this.#random(4)]}'\n\toption src_iface guest\n`,
				`\toption dest_ip '192.0.${n % 3}.0/2${n} 198.51.100.${n} 2001:db8:${n % 2 === 0 ? "ffff" : "9"}::/4${n}'\n\toption proto 'tcp udp'\n\toption dest_port '${["80", "443-445", "8000-8100", "5353"][this.#random(4)]}'\n`,
			];
			const target = targets[this.#random(targets.length)];
			this.#rules.set(`r${this.#steps}_${n}`, `${conditions[kind]}\toption target ${target}\n`);
		}
	}

	#config(): string {
		const uplinks = this.#names.map(
			(name, index) =>
				`config uplink '${name}'\n\toption tier ${1 + (index % 2)}\n\toption weight ${this.#weights.get(name) ?? 1}\n\toption download 100M\n`,
		);
		const globals = `config globals 'globals'\n\toption mark_mask ${MASKS[this.#mask]}\n\toption reset_connections ${this.#resets}\n\toption default_policy ${this.#default}\n`;
		const policies = `config policy 'first'\nconfig policy 'all'\n\toption mode ${MODES[this.#mode]}\n\toption last_resort default\n`;
		const rules = [...this.#rules].map(([name, text]) => `config rule '${name}'\n${text}`);
		return [globals, ...uplinks, policies, ...rules].join("");
	}
}
