import type { Firewall, Redirect, Rule, Verdict, Zone } from "./config.ts";

/** The table as fw4 lays it out: one input, output and forward chain that jump to chains of the zones. */
export function renderNft(firewall: Firewall): string {
	const { zones } = firewall;
	const chains = [
		...filterChains(firewall),
		...zones.flatMap((zone) => zoneChains(zone, firewall)),
		chain("handle_reject", [
			"meta l4proto tcp reject with tcp reset",
			"reject with icmpx type port-unreachable",
		]),
		...natChains(firewall),
		...mangleChains(zones),
	];
	return `table inet fw4\nflush table inet fw4\n\ntable inet fw4 {\n${chains.join("\n")}}\n`;
}

function filterChains(firewall: Firewall): string[] {
	const established = [
		"ct state established,related accept",
		...(firewall.dropInvalid ? ["ct state invalid drop"] : []),
	];
	const jump = (direction: "input" | "output" | "forward", by: "iifname" | "oifname") =>
		firewall.zones
			.filter(({ devices }) => devices.length > 0)
			.map(({ name, devices }) => `${by} ${names(devices)} jump ${direction}_${name}`);
	const base = (hook: "input" | "output" | "forward", first: string[], by: "iifname" | "oifname") =>
		chain(hook, [
			`type filter hook ${hook} priority filter; policy ${firewall[hook] === "accept" ? "accept" : "drop"};`,
			...first,
			...established,
			...rulesOf(firewall, null, hook),
			...jump(hook, by),
			...(firewall[hook] === "reject" ? ["jump handle_reject"] : []),
		]);
	return [
		base("input", ['iif "lo" accept'], "iifname"),
		base("forward", [], "iifname"),
		base("output", ['oif "lo" accept'], "oifname"),
	];
}

function zoneChains(zone: Zone, firewall: Firewall): string[] {
	const { name, devices } = zone;
	const forwards = firewall.forwardings
		.filter(({ src }) => src === name)
		.map(({ dest }) => `jump accept_to_${dest}`);
	const last = (verdict: Verdict, direction: "from" | "to") => `jump ${verdict}_${direction}_${name}`;
	const ofDevices = (by: string, verdict: string) =>
		devices.length > 0 ? [`${by} ${names(devices)} ${verdict}`] : [];
	return [
		chain(`input_${name}`, [
			...rulesOf(firewall, name, "input"),
			"ct status dnat accept",
			last(zone.input, "from"),
		]),
		chain(`output_${name}`, [last(zone.output, "to")]),
		chain(`forward_${name}`, [
			...rulesOf(firewall, name, "forward"),
			...forwards,
			"ct status dnat accept",
			last(zone.forward, "to"),
		]),
		...(["accept", "reject", "drop"] as const).flatMap((verdict) => [
			chain(
				`${verdict}_from_${name}`,
				ofDevices("iifname", verdict === "reject" ? "jump handle_reject" : verdict),
			),
			chain(
				`${verdict}_to_${name}`,
				ofDevices("oifname", verdict === "reject" ? "jump handle_reject" : verdict),
			),
		]),
	];
}

/** Rules whose source is that zone ("*": any): without a destination they are for the router itself. */
function rulesOf(firewall: Firewall, zone: string | null, hook: "input" | "output" | "forward"): string[] {
	return firewall.rules
		.filter(({ src, dest }) => {
			if (hook === "output") return zone === null && src === null;
			if (src === null || (hook === "input") !== (dest === null)) return false;
			return src === "*" ? zone === null : src === zone;
		})
		.flatMap((rule) => renderRule(rule, firewall));
}

function renderRule(rule: Rule, firewall: Firewall): string[] {
	const dest = firewall.zones.find(({ name }) => name === rule.dest);
	const verdict = rule.target === "reject" ? "jump handle_reject" : rule.target;
	const protocols = rule.protocols.flatMap((protocol) => protocolMatches(rule, protocol));
	return protocols.map((protocol) =>
		[
			rule.family ? `meta nfproto ${rule.family}` : "",
			addressMatch("saddr", rule.srcIp),
			addressMatch("daddr", rule.destIp),
			protocol,
			dest && dest.devices.length > 0 ? `oifname ${names(dest.devices)}` : "",
			`counter ${verdict} comment "!fw4: ${rule.name.replaceAll('"', "")}"`,
		]
			.filter(Boolean)
			.join(" "),
	);
}

function protocolMatches(rule: Rule, protocol: string): string[] {
	if (protocol === "all" || protocol === "any") return [""];
	if (protocol === "icmp") {
		const types = rule.icmpTypes.length > 0 ? ` type { ${rule.icmpTypes.join(", ")} }` : "";
		const matches: string[] = [];
		if (rule.family !== "ipv6") matches.push(types ? `icmp${types}` : "meta l4proto icmp");
		if (rule.family !== "ipv4") matches.push(types ? `icmpv6${types}` : "meta l4proto ipv6-icmp");
		return matches;
	}
	const sport = rule.srcPort ? `${protocol} sport ${ports(rule.srcPort)}` : "";
	const dport = rule.destPort ? `${protocol} dport ${ports(rule.destPort)}` : "";
	return [[sport, dport].filter(Boolean).join(" ") || `meta l4proto ${protocol}`];
}

function addressMatch(field: "saddr" | "daddr", addresses: string[]): string {
	const first = addresses[0];
	if (first === undefined) return "";
	return `${first.includes(":") ? "ip6" : "ip"} ${field} { ${addresses.join(", ")} }`;
}

function ports(text: string): string {
	return `{ ${text.split(/\s+/).join(", ")} }`;
}

function natChains({ zones, redirects }: Firewall): string[] {
	const withDevices = zones.filter(({ devices }) => devices.length > 0);
	const masquerading = withDevices.filter(({ masq, masq6 }) => masq || masq6);
	return [
		chain("dstnat", [
			"type nat hook prerouting priority dstnat; policy accept;",
			...withDevices.map(({ name, devices }) => `iifname ${names(devices)} jump dstnat_${name}`),
		]),
		chain("srcnat", [
			"type nat hook postrouting priority srcnat; policy accept;",
			...masquerading.map(({ name, devices }) => `oifname ${names(devices)} jump srcnat_${name}`),
		]),
		...withDevices.map(({ name }) =>
			chain(
				`dstnat_${name}`,
				redirects.filter(({ src }) => src === name).flatMap((redirect) => renderRedirect(redirect)),
			),
		),
		...masquerading.map(({ name, masq, masq6 }) =>
			chain(`srcnat_${name}`, [
				...(masq ? ["meta nfproto ipv4 masquerade"] : []),
				...(masq6 ? ["meta nfproto ipv6 masquerade"] : []),
			]),
		),
	];
}

function renderRedirect({ protocols, srcDport, destIp, destPort }: Redirect): string[] {
	const ipv6 = destIp.includes(":");
	const address = ipv6 && destPort ? `[${destIp}]` : destIp;
	return protocols.map(
		(protocol) =>
			`meta nfproto ${ipv6 ? "ipv6" : "ipv4"} ${srcDport ? `${protocol} dport ${srcDport}` : `meta l4proto ${protocol}`} counter dnat ${ipv6 ? "ip6" : "ip"} to ${address}${destPort ? `:${destPort}` : ""}`,
	);
}

function mangleChains(zones: Zone[]): string[] {
	const fixed = zones.filter(({ mtuFix, devices }) => mtuFix && devices.length > 0);
	const clamp = ({ name, devices }: Zone, by: string) =>
		`${by} ${names(devices)} tcp flags & (fin|syn|rst) == syn tcp option maxseg size set rt mtu comment "!fw4: Zone ${name} MTU fixing"`;
	const base = (name: string, type: string, hook: string, rules: string[] = []) =>
		chain(name, [`type ${type} hook ${hook} priority mangle; policy accept;`, ...rules]);
	return [
		base("mangle_prerouting", "filter", "prerouting"),
		base("mangle_input", "filter", "input"),
		base("mangle_output", "route", "output"),
		base(
			"mangle_postrouting",
			"filter",
			"postrouting",
			fixed.map((zone) => clamp(zone, "oifname")),
		),
		base(
			"mangle_forward",
			"filter",
			"forward",
			fixed.map((zone) => clamp(zone, "iifname")),
		),
	];
}

function chain(name: string, lines: string[]): string {
	return `\tchain ${name} {\n${lines.map((line) => `\t\t${line}\n`).join("")}\t}\n`;
}

function names(devices: string[]): string {
	return `{ ${devices.map((device) => `"${device}"`).join(", ")} }`;
}
