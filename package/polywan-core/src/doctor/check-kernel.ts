import { FAMILIES } from "../family.ts";
import type { DoctorFacts } from "./facts.ts";
import { error, type Finding, warning } from "./finding.ts";

const STRICT = 1;
const FULL_PERCENT = 90;
const MOST_DIFFERENCES = 3;

/** Packets are forwarded only where the kernel is told to. */
export function checkForwarding({ forwarding, uplinks }: DoctorFacts): Finding[] {
	const used = FAMILIES.filter((family) => uplinks.some(({ families }) => families.includes(family)));
	return used
		.filter((family) => forwarding[family] === false)
		.map((family) => {
			const name = family === 4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
			return error(
				"forwarding-off",
				`IPv${family}`,
				`the kernel does not forward IPv${family}: nothing from the LAN reaches any uplink`,
				`sysctl -w ${name}=1, and the same in /etc/sysctl.d/ to keep it`,
			);
		});
}

/** RFC 3704: strict mode drops answers that come in by another uplink than main's default route. */
export function checkReversePath({ uplinks }: DoctorFacts): Finding[] {
	return uplinks.flatMap(({ name, ipv4, reversePathFilter }) => {
		if (ipv4 === null || reversePathFilter !== STRICT) return [];
		return [
			error(
				"rp-filter-strict",
				name,
				`rp_filter is strict on ${ipv4.device}: answers that come in there are dropped unless main's best route leads back by it`,
				`sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.${ipv4.device}.rp_filter=0 (2, loose, will do as well)`,
			),
		];
	});
}

export function checkConntrack({ conntrack }: DoctorFacts): Finding[] {
	if (conntrack === null || conntrack.count * 100 < conntrack.max * FULL_PERCENT) return [];
	return [
		warning(
			"conntrack-full",
			"",
			`${conntrack.count} of ${conntrack.max} places for connections are taken: when none is left, new ones fail`,
			`sysctl -w net.netfilter.nf_conntrack_max=${conntrack.max * 2}; \`polywan connections --sort age\` shows who has them`,
		),
	];
}

/** Others that read or write the same bits of the mark. */
export function checkMarks({ foreignMarks, markMask }: DoctorFacts): Finding[] {
	return foreignMarks
		.filter(({ mask }) => (mask & markMask) !== 0)
		.map(({ family, priority, mask, value }) =>
			warning(
				"mark-clash",
				`IPv${family} rule ${priority}`,
				`an ip rule of another program looks at the mark ${hex(value)}/${hex(mask)}, which overlaps polywan's ${hex(markMask)}`,
				"give the other program a mask without those bits, or set option mark_mask of globals to bits it leaves free",
			),
		);
}

export function checkDifferences({ differences }: DoctorFacts): Finding[] {
	if (differences.length === 0) return [];
	const more = differences.length > MOST_DIFFERENCES ? "; …" : "";
	return [
		error(
			"kernel-differs",
			"",
			`the kernel is not as it should be: ${differences.slice(0, MOST_DIFFERENCES).join("; ")}${more}`,
			"polywan diff shows everything; polywan events says what could not be put back",
		),
	];
}

function hex(value: number): string {
	return `0x${(value >>> 0).toString(16)}`;
}
