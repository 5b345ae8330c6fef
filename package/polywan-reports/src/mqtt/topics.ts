import type {
	FamilyStatus,
	PolywanEvent,
	Rate,
	Status,
	UplinkStatus,
	UsageStatus,
} from "polywan-core/status";
import { isUplinkUsable } from "polywan-core/usable";
import type { Message } from "./message.ts";

// Topics below option topic:
//   status                    online | offline (the last will)
//   daemon                    running | stopped
//   uplink/<name>/state       up | degraded | starting | recovering | down | disabled
//   uplink/<name>/usable      ON | OFF
//   uplink/<name>/wanted      auto | up | down
//   uplink/<name>/details     JSON: tier, weight, and of each IP version state, reason, device, addresses
//   uplink/<name>/quality     JSON: rtt_ms, jitter_ms, loss_percent (the worse one of its IP versions)
//   uplink/<name>/usage       JSON: rx_bytes, tx_bytes, rx_rate, tx_rate (bytes a second), and of the present period
//                             period_rx_bytes, period_tx_bytes, quota_bytes, quota_used_percent
//   policy/<name>             JSON: mode, ipv4 and ipv6 as lists of uplink and percent
//   default_policy            where traffic goes that no rule matches
//   event                     JSON of each event, never kept by the broker
// and with option commands:
//   uplink/<name>/set         auto | up | down
//   default_policy/set        a policy or uplink, default, unreachable, blackhole

/** What changes at once: states, wishes, shares. */
export function buildStateMessages(topic: string, status: Status): Message[] {
	return [
		...status.uplinks.flatMap((uplink) => {
			const base = `${topic}/uplink/${uplink.name}`;
			return [
				{ topic: `${base}/state`, payload: uplink.state },
				{ topic: `${base}/usable`, payload: isUplinkUsable(uplink) ? "ON" : "OFF" },
				{ topic: `${base}/wanted`, payload: uplink.wanted },
				{ topic: `${base}/details`, payload: JSON.stringify(buildDetails(uplink)) },
			];
		}),
		...status.policies.map(({ name, mode, ipv4, ipv6 }) => ({
			topic: `${topic}/policy/${name}`,
			payload: JSON.stringify({ mode, ipv4, ipv6 }),
		})),
	];
}

/** What moves all the time, told at an interval. */
export function buildFigureMessages(
	topic: string,
	status: Status,
	rates: Readonly<Record<string, Rate>>,
	usages: readonly UsageStatus[],
): Message[] {
	return status.uplinks.flatMap((uplink) => {
		const base = `${topic}/uplink/${uplink.name}`;
		const rate = rates[uplink.name] ?? { rx: 0, tx: 0 };
		const { rx_bytes, tx_bytes } = uplink;
		const period = usages.find((entry) => entry.uplink === uplink.name);
		const usage = {
			rx_bytes,
			tx_bytes,
			rx_rate: rate.rx,
			tx_rate: rate.tx,
			...(period && {
				period_rx_bytes: period.rx_bytes,
				period_tx_bytes: period.tx_bytes,
				quota_bytes: period.quota_bytes,
				quota_used_percent: period.quota_used_percent,
			}),
		};
		return [
			{ topic: `${base}/quality`, payload: JSON.stringify(buildQuality(uplink)) },
			{ topic: `${base}/usage`, payload: JSON.stringify(usage) },
		];
	});
}

export function buildEventMessages(topic: string, events: readonly PolywanEvent[]): Message[] {
	return events.map((event) => ({
		topic: `${topic}/event`,
		payload: JSON.stringify(event),
		retain: false,
	}));
}

function buildDetails({ tier, weight, ipv4, ipv6 }: UplinkStatus): object {
	return { tier, weight, ipv4: familyDetails(ipv4), ipv6: familyDetails(ipv6) };
}

function familyDetails(family: FamilyStatus | null): object | null {
	if (family === null) return null;
	const { state, reason, device, addresses, gateway, portal = null, public_address } = family;
	return {
		state,
		reason,
		device,
		addresses,
		gateway,
		portal,
		public_address: public_address?.address ?? null,
	};
}

function buildQuality({ ipv4, ipv6 }: UplinkStatus): object {
	const families = [ipv4, ipv6].filter((family) => family !== null);
	const worst = (values: readonly (number | null)[]) => {
		const known = values.filter((value) => value !== null);
		return known.length === 0 ? null : Math.round(Math.max(...known) * 100) / 100;
	};
	return {
		rtt_ms: worst(families.map(({ rtt_ms }) => rtt_ms)),
		jitter_ms: worst(families.map(({ jitter_ms }) => jitter_ms)),
		loss_percent: worst(families.map(({ loss_percent }) => loss_percent)),
	};
}
