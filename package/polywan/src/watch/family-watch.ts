import type { Probing } from "polywan-core/config/model";
import type { Family } from "polywan-core/family";
import type { TargetHearing } from "polywan-core/health/bad-targets";
import type { HealthEvent, HealthStep, ProbeOrder, Quality, StateChange } from "polywan-core/health/event";
import { HealthMonitor } from "polywan-core/health/monitor";
import type { Span, SpanQuality } from "polywan-core/health/quality-log";
import type { UplinkState } from "polywan-core/health/state";
import type { Link } from "polywan-core/link";
import { isEqual } from "polywan-core/remember";
import { monotonicMs } from "polywan-runtime/clock";
import { readCounters } from "polywan-runtime/interface";
import { AutoProber } from "../probe/auto-prober.ts";
import type { ProberOptions } from "../probe/prober.ts";
import { ProberSet } from "../probe/prober-set.ts";

/** What one uplink in one family is to be watched with. */
export interface WatchSettings {
	readonly probing: Probing;
	readonly link: Link | null;
	/** Sends probes out by this uplink whatever the routes say. */
	readonly mark: number;
}

/** Watches one uplink in one family: feeds the health monitor and does what it asks for. */
export class FamilyWatch {
	readonly uplink: string;
	readonly family: Family;
	readonly #monitor: HealthMonitor;
	readonly #onChange: (watch: FamilyWatch, change: StateChange) => void;
	readonly #onMethod: (watch: FamilyWatch, reason: string) => void;
	readonly #waiting: HealthEvent[] = [];
	#settings: WatchSettings;
	#prober: ProberSet | AutoProber | null = null;
	readonly #wake = new Alarm(() => this.#feed(WAKE));
	readonly #trafficPoll = new Alarm(() => this.#readTraffic());
	/** Probes that are sent a little later; null: none are held. */
	#held: ProbeOrder[] | null = null;
	#closed = false;
	#stepping = false;
	#wasDown: boolean;

	/**
	 * `wasDown`: the daemon before this one knew the uplink to be down; it is not used before a probe is answered, else every
	 * start would send connections into the void for a moment.
	 */
	constructor(
		uplink: string,
		family: Family,
		settings: WatchSettings,
		wasDown: boolean,
		onChange: (watch: FamilyWatch, change: StateChange) => void,
		onMethod: (watch: FamilyWatch, reason: string) => void,
	) {
		this.uplink = uplink;
		this.family = family;
		this.#settings = { ...settings, link: null };
		this.#wasDown = wasDown;
		this.#onChange = onChange;
		this.#onMethod = onMethod;
		const { probing } = settings;
		this.#monitor = new HealthMonitor(probing, probing.targets[family], monotonicMs());
		this.set(settings);
	}

	get state(): UplinkState {
		return this.#wasDown && this.#monitor.state === "starting" ? "recovering" : this.#monitor.state;
	}

	/** Monotonic time of the last change of state. */
	get sinceMs(): number {
		return this.#monitor.sinceMs;
	}

	get reason(): string {
		return this.#monitor.reason;
	}

	get link(): Link | null {
		return this.#settings.link;
	}

	quality(): Quality {
		return this.#monitor.quality();
	}

	/** What was measured over the last ten seconds, minute, hour and day. */
	spans(): Readonly<Record<Span, SpanQuality>> {
		return this.#monitor.spans(monotonicMs());
	}

	/** Which targets answer, whatever the state. */
	hearing(): readonly TargetHearing[] {
		return this.#monitor.hearing();
	}

	/** Targets that answer on no uplink do not count. */
	ignore(targets: readonly string[]): void {
		this.#feed({ kind: "badTargets", targets });
	}

	/** Takes over another link or other options. */
	set(settings: WatchSettings): void {
		const before = this.#settings;
		this.#settings = settings;
		const { link, probing, mark } = settings;
		if (link === before.link && probing === before.probing && mark === before.mark) return;
		if (proberKey(before, this.family) !== proberKey(settings, this.family)) this.#closeProber();
		if (!isEqual(before.probing, probing)) {
			this.#feed({ kind: "settings", probing, targets: probing.targets[this.family] });
		}
		if (isEqual(before.link, link)) return;
		// First probes of many uplinks must not hold up the plan that these links lead to.
		if (this.#held === null) setTimeout(() => this.#sendHeld(), 0);
		this.#held ??= [];
		this.#feed({ kind: "link", ...renderUsability(link) });
	}

	/** Something suggests that the uplink is in trouble. */
	evidence(reason: string): void {
		this.#feed({ kind: "evidence", reason });
	}

	close(): void {
		this.#closed = true;
		this.#closeProber();
		this.#wake.set(null);
		this.#trafficPoll.set(null);
	}

	/** One event at a time: sending a probe may fail at once, which is an event again. */
	#feed(event: HealthEvent): void {
		this.#waiting.push(event);
		this.#work();
	}

	#work(): void {
		if (this.#stepping) return;
		this.#stepping = true;
		for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
			this.#do(this.#monitor.step(next, monotonicMs()));
		}
		this.#stepping = false;
	}

	#sendHeld(): void {
		const held = this.#held ?? [];
		this.#held = null;
		if (this.#closed) return;
		for (const { target, sequence } of held) this.#send(target, sequence);
		// Of those that could not be sent.
		this.#work();
	}

	#do(step: HealthStep): void {
		const { sends } = step;
		if (this.#held !== null) this.#held.push(...sends);
		// Nearly always there is nothing to loop over.
		else if (sends.length > 0) for (const { target, sequence } of sends) this.#send(target, sequence);
		this.#wake.set(step.wakeAtMs);
		this.#trafficPoll.set(step.pollTrafficAtMs);
		if (step.change === null) return;
		if (step.change.to !== "starting") this.#wasDown = false;
		if (step.change.to === "down" && this.#prober instanceof AutoProber) this.#prober.forget();
		this.#onChange(this, step.change);
	}

	#send(target: string, sequence: number): void {
		try {
			this.#prober ??= this.#openProber();
			this.#prober.send(target, sequence);
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			this.#waiting.push({ kind: "failure", target, sequence, reason });
		}
	}

	#openProber(): ProberSet | AutoProber {
		const { link, mark, probing } = this.#settings;
		if (link === null) throw new Error("there is no link");
		const options = {
			uplink: this.uplink,
			family: this.family,
			device: link.device,
			ifindex: link.ifindex,
			mark,
			addresses: link.addresses.map(({ address }) => address),
			gateway: link.gateway,
			dnsServers: link.dnsServers,
			payloadBytes: probing.payloadBytes,
			ttl: probing.ttl,
			onReply: (target, sequence, rttUs) => this.#feed({ kind: "reply", target, sequence, rttUs }),
			onFailure: (target, sequence, reason, portal = false) =>
				this.#feed({ kind: "failure", target, sequence, reason, portal }),
		} satisfies ProberOptions;
		if (!probing.isAuto) return new ProberSet(options);
		return new AutoProber(options, ({ target, reason }) => {
			this.#feed({ kind: "method", target });
			this.#onMethod(this, reason);
		});
	}

	#closeProber(): void {
		this.#prober?.close();
		this.#prober = null;
	}

	#readTraffic(): void {
		const device = this.link?.device;
		if (device === undefined) return;
		try {
			const { txPackets, rxPackets } = readCounters(device);
			this.#feed({ kind: "traffic", txPackets, rxPackets });
		} catch {
			// The device went away; the link's own events tell what follows.
		}
	}
}

/** What a prober is bound to. */
function proberKey({ link, mark, probing }: WatchSettings, family: Family): string {
	// Plugins run as long as they are asked for.
	const plugins = probing.targets[family].filter((target) => target.startsWith("plugin:"));
	const { ifindex, device, addresses, gateway, dnsServers } = link ?? {};
	const { payloadBytes, ttl, isAuto } = probing;
	return JSON.stringify([
		ifindex,
		device,
		addresses,
		gateway,
		dnsServers,
		mark,
		payloadBytes,
		ttl,
		isAuto,
		plugins,
	]);
}

function renderUsability(link: Link | null): { usable: boolean; reason: string } {
	if (link === null) return { usable: false, reason: "no address or no default route" };
	if (!link.carrier) return { usable: false, reason: `no carrier on ${link.device}` };
	if (link.addresses.length === 0) return { usable: false, reason: `no address on ${link.device}` };
	return { usable: true, reason: `link on ${link.device}` };
}

/** A timer that is set again and again; what is asked for already costs nothing. */
class Alarm {
	readonly #onTime: () => void;
	#timer = 0;
	#atMs: number | null = null;

	constructor(onTime: () => void) {
		this.#onTime = () => {
			this.#atMs = null;
			onTime();
		};
	}

	/** Rings once at that monotonic time instead of any before; null: not at all. */
	set(atMs: number | null): void {
		if (atMs === this.#atMs) return;
		if (this.#atMs !== null) clearTimeout(this.#timer);
		this.#atMs = atMs;
		if (atMs === null) return;
		const nowMs = monotonicMs();
		// What is not urgent waits for the others: one wake-up for many uplinks.
		const dueMs = atMs - nowMs > URGENT_MS ? Math.ceil(atMs / GRID_MS) * GRID_MS : atMs;
		this.#timer = setTimeout(this.#onTime, Math.max(0, dueMs - nowMs));
	}
}

const URGENT_MS = 100;
const GRID_MS = 10;
const WAKE = { kind: "wake" } as const;
