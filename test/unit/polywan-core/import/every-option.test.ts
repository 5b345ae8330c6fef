import { importMwan3 } from "polywan-core/import/mwan3";
import { parseMwan3File } from "polywan-core/import/mwan3-file";
import { describe, expect, test } from "vitest";

/** What mwan3 2.12.2 reads, and the nft forks: each option with a value that is not its default, or a list of them. */
const OPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	globals: {
		mmx_mask: "0x7f00",
		logging: "1",
		loglevel: "debug",
		rt_table_lookup: "220",
		source_routing: "1",
		local_source: "lan",
		rtmon_interval: "5",
		bypass_network: "192.0.2.0/24",
	},
	interface: {
		enabled: "1",
		initial_state: "offline",
		family: "ipv4",
		track_ip: "1.1.1.1",
		track_method: "httping",
		httping_ssl: "1",
		reliability: "2",
		count: "3",
		timeout: "6",
		size: "120",
		max_ttl: "30",
		interval: "20",
		failure_interval: "3",
		recovery_interval: "7",
		keep_failure_interval: "1",
		down: "3",
		up: "9",
		check_quality: "1",
		failure_latency: "800",
		failure_loss: "30",
		recovery_latency: "400",
		recovery_loss: "5",
		flush_conntrack: "ifdown",
		track_gateway: "1",
		snat6: "1",
	},
	member: { interface: "wan", metric: "2", weight: "3" },
	policy: { use_member: "m", last_resort: "default" },
	rule: {
		family: "ipv4",
		proto: "tcp",
		src_ip: "192.168.1.0/24",
		src_port: "1024:2048",
		src_iface: "lan",
		dest_ip: "203.0.113.0/24",
		dest_port: "80,443",
		ipset: "videos",
		ipset_src: "children",
		sticky: "1",
		timeout: "300",
		logging: "1",
		use_policy: "p",
	},
	ipset: {
		name: "videos",
		family: "ipv4",
		domain: "example.org",
		maxelem: "1000",
		timeout: "600",
		counters: "1",
		enabled: "1",
	},
};

const NAMES: Readonly<Record<string, string>> = {
	globals: "globals",
	interface: "wan",
	member: "m",
	policy: "p",
	rule: "r",
	ipset: "s",
};

/** A whole file; options of one section replaced. What a set holds becomes part of a rule that has no other destinations. */
function render(type: string, options: Readonly<Record<string, string>>): string {
	const { dest_ip, ...rule } = OPTIONS.rule ?? {};
	return Object.entries({ ...OPTIONS, ...(type === "ipset" ? { rule } : {}), [type]: options })
		.map(([kind, values]) =>
			[
				`config ${kind} '${NAMES[kind]}'`,
				...Object.entries(values).map(([name, value]) => `\toption ${name} '${value}'`),
			].join("\n"),
		)
		.join("\n\n");
}

const notesOn = (text: string) => importMwan3(parseMwan3File(text).pkg).notes;

describe.each(Object.entries(OPTIONS))("every option of mwan3's %s", (type, options) => {
	test("is dealt with: something is said of each", () => {
		const told = notesOn(render(type, options)).filter(({ section }) => section === NAMES[type]);
		expect(told.map(({ option }) => option)).toEqual(expect.arrayContaining(Object.keys(options)));
	});

	test.each(Object.entries(options))("%s %s is not unknown", (name, value) => {
		const told = notesOn(render(type, { ...options, [name]: value }));
		const unknown = told.filter(({ message }) => message.startsWith("mwan3 has no such option"));
		expect(unknown).toEqual([]);
	});
});

test("what cannot be kept is this, and no more", () => {
	const lost = (type: string) =>
		notesOn(render(type, OPTIONS[type] ?? {}))
			.filter(({ kind, section }) => kind === "lost" && section === NAMES[type])
			.map(({ option }) => option);
	expect(Object.fromEntries(Object.keys(OPTIONS).map((type) => [type, lost(type)]))).toEqual({
		globals: [],
		interface: [],
		member: [],
		policy: [],
		rule: [],
		ipset: [],
	});
});

test.each(["ping", "arping", "httping", "nping-tcp", "nping-udp", "nping-icmp", "nping-arp", "nslookup"])(
	"track_method %s is known, or said to be impossible",
	(method) => {
		const text = render("interface", { ...OPTIONS.interface, track_method: method, httping_ssl: "0" });
		const kinds = notesOn(text)
			.filter(({ option }) => option === "track_method")
			.map(({ kind }) => kind);
		expect(kinds).toEqual([method === "nping-udp" ? "lost" : method === "nping-tcp" ? "changed" : "kept"]);
	},
);

test.each(["ifup", "ifdown", "connected", "disconnected"])("flush_conntrack %s is known", (when) => {
	const text = render("interface", { ...OPTIONS.interface, flush_conntrack: when });
	expect(notesOn(text).filter(({ option, kind }) => option === "flush_conntrack" && kind === "lost")).toEqual(
		[],
	);
});

test.each(["entry", "loadfile"])("a set's %s is dealt with", (option) => {
	const { domain, ...others } = OPTIONS.ipset ?? {};
	const value = option === "entry" ? "192.0.2.1" : "/etc/list";
	const told = notesOn(render("ipset", { ...others, [option]: value })).filter(
		({ section }) => section === "s",
	);
	expect(told.length).toBeGreaterThan(0);
	expect(told.some(({ message }) => message.startsWith("mwan3 has no such option"))).toBe(false);
});
