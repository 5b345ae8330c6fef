import type { BlobTable } from "ubus-js/codec";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { firstLine } from "./namespaces.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;

/** An ordinary init script of an ordinary daemon. */
const initScript = `#!/bin/sh /etc/rc.common
USE_PROCD=1
START=50
EXTRA_COMMANDS="greet"

start_service() {
	procd_open_instance main
	procd_set_param command /usr/bin/daemon "two words" "it's \\"quoted\\""
	procd_append_param command last
	procd_set_param env NAME="a value" OTHER=1
	procd_set_param respawn 3600 0 3
	procd_set_param file /etc/daemon.conf
	procd_set_param stdout 1
	procd_set_param stderr 1
	procd_set_param term_timeout 2
	procd_close_instance
}

reload_service() {
	echo reloaded >> /tmp/reloads
	procd_send_signal daemon main USR1
}

service_triggers() {
	PROCD_RELOAD_DELAY=10 procd_add_reload_trigger daemon
	PROCD_RELOAD_DELAY=10 procd_add_interface_trigger "interface.*" wan /etc/init.d/daemon reload
}

service_stopped() { echo stopped >> /tmp/stops; }
greet() { echo "hello $1"; }
`;

const daemon = `#!/bin/sh
trap 'echo signal >> /tmp/signals' USR1
trap 'exit 0' TERM
echo "started: $NAME/$OTHER: $1, $2, $3"
while :; do sleep 1000 & wait; done
`;

describe.skipIf(!asRoot)("the router's userland", () => {
	let site: Site;

	beforeAll(async () => {
		site = await Site.build({
			files: {
				"/etc/config/daemon": "config daemon 'main'\n\toption level '1'\n",
				"/etc/daemon.conf": "one\n",
			},
		});
		site.router.writeFile("/etc/init.d/daemon", initScript, 0o755);
		site.router.writeFile("/usr/bin/daemon", daemon, 0o755);
		await site.router.mustRun(["reload_config"]);
	});
	afterAll(() => site?.close());

	const init = (...words: string[]) => site.router.run(["/etc/init.d/daemon", ...words]);
	const read = (path: string) => {
		try {
			return site.router.readFile(path);
		} catch {
			return "";
		}
	};
	const lines = (path: string) => read(path).split("\n").length - 1;

	async function instance(): Promise<BlobTable> {
		const { daemon: service } = await site.router.ubus("service", "list", { name: "daemon" });
		const { instances } = service as BlobTable;
		return ((instances as BlobTable).main ?? {}) as BlobTable;
	}

	describe("netifd", () => {
		it("gives LAN hosts the Internet over the uplink with the lowest metric", async () => {
			const host = site.host(0);
			expect(await host.mustRun(["curl", "-s", `http://${server(1).ipv4}/`])).toBe("100.64.1.2\n");
			expect(await host.mustRun(["curl", "-s", "-g", `http://[${server(1).ipv6}]/`])).toBe("2001:db8:1::2\n");
		});

		it("takes an interface down with its carrier, and up again, and says so on the bus", async () => {
			const heard: string[] = [];
			const { bus } = site.router;
			const subscription = bus.subscribe("network.interface", {
				notify: (type, data) => heard.push(`${type} ${data.interface} ${data.up}`),
				subscribed: () => heard.push("subscribed"),
			});
			const listener = bus.listen("network.interface", (_event, data) =>
				heard.push(`${data.action} ${data.interface}`),
			);
			await until("it listens", async () => {
				await site.router.mustRun([
					"ubus",
					"send",
					"network.interface",
					'{"action":"try","interface":"none"}',
				]);
				return heard.includes("try none") && heard.includes("subscribed");
			});
			site.router.writeFile(
				"/etc/hotplug.d/iface/90-test",
				'echo "$ACTION $INTERFACE $DEVICE" >> /tmp/hotplug\n',
			);
			await site.uplink("wan").carrier(false);
			await until("wan is down", () => heard.includes("interface.down wan false"));
			await until("ifdown", () => heard.includes("ifdown wan"));
			expect(await site.router.mustRun(["ip", "route", "show", "default"])).not.toContain("eth1");
			await site.uplink("wan").carrier(true);
			await until("wan is up", () => heard.includes("interface.update wan true"));
			await until("hotplug has run", () => read("/tmp/hotplug").includes("ifup wan eth1"));
			expect(read("/tmp/hotplug")).toContain("ifdown wan \n");
			subscription.close();
			listener.close();
		});

		it("takes a new address and prefix over without going down", async () => {
			const heard: string[] = [];
			const subscription = site.router.bus.subscribe("network.interface", {
				notify: (type, data) => heard.push(`${type} ${data.interface}`),
				subscribed: () => heard.push("subscribed"),
			});
			await until("it listens", () => heard.includes("subscribed"));
			const { ipv4, ipv6 } = await site.uplink("wanb").renumber();
			await until("the kernel has the new addresses", async () => {
				const shown = await site.router.mustRun(["ip", "-o", "addr", "show", "eth2"]);
				return shown.includes(`${ipv4.address}/`) && shown.includes(`${ipv6?.address}/`);
			});
			await until("both were told", () => heard.includes("interface.update wanb6"));
			expect(heard).not.toContain("interface.down wanb");
			const status = await site.router.ubus("network.interface.wanb", "status");
			expect(status).toMatchObject({ up: true, "ipv4-address": [{ address: "100.65.2.2", mask: 24 }] });
			subscription.close();
		});

		it("obeys up and down, and answers NOT_FOUND for what it does not know", async () => {
			await site.router.ubus("network.interface.wanb", "down");
			const down = await site.router.ubus("network.interface", "status", { interface: "wanb" });
			expect(down).toMatchObject({ up: false, autostart: false });
			await site.router.ubus("network.interface.wanb", "up");
			await until("wanb is up", async () => (await site.router.ubus("network.interface.wanb", "status")).up);
			await expect(site.router.ubus("network.interface", "status", { interface: "x" })).rejects.toMatchObject(
				{
					code: 4,
				},
			);
		});

		it("tells scripts through /lib/functions/network.sh, and obeys ifup and ifdown", async () => {
			const script = `. /lib/functions/network.sh
				for what in device physdev ipaddr subnet gateway dnsserver protocol; do
					network_get_$what value "$1" || value=none
					echo "$what $value"
				done
				network_is_up "$1" && echo up
				network_find_wan value && echo "$value"`;
			const ask = () => site.router.mustRun(["sh", "-c", script, "ask", "wan"]);
			const facts =
				"device eth1\nphysdev eth1\nipaddr 100.64.1.2\nsubnet 100.64.1.2/24\ngateway 100.64.1.1\n";
			expect(await ask()).toBe(`${facts}dnsserver 203.0.113.1\nprotocol dhcp\nup\nwan\n`);
			await site.router.mustRun(["ifdown", "wan"]);
			expect(await ask()).toMatch(/^device none\nphysdev eth1\nipaddr none\n[\s\S]*\nwanb\n$/);
			await site.router.mustRun(["ifup", "wan"]);
			await until("wan is up", async () => (await site.router.ubus("network.interface.wan", "status")).up);
		});

		it("changes only what the configuration changes", async () => {
			const before = await site.router.ubus("network.interface.wanb", "status");
			const text = site.router.readFile("/etc/config/network").replace("metric '10'", "metric '5'");
			await site.router.setConfig("network", text);
			await until("the new metric", async () =>
				(await site.router.mustRun(["ip", "route"])).includes("dev eth1 proto static metric 5"),
			);
			const after = await site.router.ubus("network.interface.wanb", "status");
			expect(after.uptime).toBeGreaterThanOrEqual(Number(before.uptime));
		});
	});

	describe("procd and rc.common", () => {
		it("starts a service with its command, environment and log", async () => {
			expect(await init("start")).toMatchObject({ code: 0, stdout: "", stderr: "" });
			await until("it has started", () => read("/tmp/log/messages").includes("started:"));
			expect(read("/tmp/log/messages")).toContain('started: a value/1: two words, it\'s "quoted", last');
			expect(await init("running")).toMatchObject({ code: 0 });
			expect(await init("status")).toMatchObject({ code: 0, stdout: "running\n" });
			expect(await instance()).toMatchObject({ running: true, term_timeout: 2 });
		});

		it("leaves it alone when nothing changed, and restarts it when a file did", async () => {
			const { pid } = await instance();
			await init("start");
			expect((await instance()).pid).toBe(pid);
			site.router.writeFile("/etc/daemon.conf", "two\n");
			await init("start");
			await until("it runs anew", async () => {
				const now = await instance();
				return now.running && now.pid !== pid;
			});
		});

		it("starts it again after a crash, and gives up after the given number of times", async () => {
			const heard: string[] = [];
			const subscription = site.router.bus.subscribe("service", {
				notify: (type, data) => heard.push(`${type} ${data.service}`),
				subscribed: () => heard.push("subscribed"),
			});
			await until("it listens", () => heard.includes("subscribed"));
			let last: unknown;
			for (let crash = 1; crash <= 4; crash++) {
				const now = await until(`it runs for the ${crash}. time`, async () => {
					const found = await instance();
					return found.running && found.pid !== last ? found : null;
				});
				last = now?.pid;
				await site.router.mustRun(["kill", "-9", String(last)]);
			}
			await until("procd has given up", () => heard.includes("instance.fail daemon"));
			expect(await instance()).toMatchObject({ running: false });
			subscription.close();
			const starts = () => read("/tmp/log/messages").split("started:").length;
			const before = starts();
			await init("start");
			expect(await instance()).toMatchObject({ running: true });
			// From then on it takes signals.
			await until("it has started", () => starts() > before);
		});

		it("reloads on a changed configuration, once, and on an interface event", async () => {
			const before = lines("/tmp/reloads");
			await site.router.mustRun(["reload_config"]);
			await site.router.setConfig("daemon", "config daemon 'main'\n\toption level '2'\n");
			await until("it was reloaded", () => lines("/tmp/reloads") > before);
			await until("it got the signal", () => lines("/tmp/signals") >= 1);
			expect(lines("/tmp/reloads")).toBe(before + 1);
			await site.router.ubus("network.interface.wan", "down");
			await until("it was reloaded again", () => lines("/tmp/reloads") > before + 1);
			await site.router.ubus("network.interface.wan", "up");
		});

		it("restarts only after the old process is gone, and stops", async () => {
			const before = lines("/tmp/stops");
			const { pid } = await instance();
			await init("restart");
			await until("it runs anew", async () => {
				const now = await instance();
				return now.running && now.pid !== pid;
			});
			expect(lines("/tmp/stops")).toBe(before + 1);
			await init("stop");
			await until("it is gone", async () => {
				const all = await site.router.ubus("service", "list", { name: "daemon" });
				return all.daemon === undefined;
			});
			expect((await init("running")).code).not.toBe(0);
		});

		it("knows extra commands, enable and disable", async () => {
			expect(await init("greet", "you")).toMatchObject({ code: 0, stdout: "hello you\n" });
			expect((await init("enabled")).code).not.toBe(0);
			await init("enable");
			expect((await init("enabled")).code).toBe(0);
			expect(await site.router.mustRun(["readlink", "/etc/rc.d/S50daemon"])).toBe("../init.d/daemon\n");
			await init("disable");
			expect((await init("enabled")).code).not.toBe(0);
			expect((await init("nonsense")).stdout).toContain("Syntax: /etc/init.d/daemon [command]");
		});
	});

	describe("firewall", () => {
		it("rejects what comes in from outside but ping, and lets the LAN in", async () => {
			const outside = site.internet.network;
			const connect = (address: string) => ["bash", "-c", `exec 3<>/dev/tcp/${address}/22`];
			expect((await outside.run(["ping", "-c", "1", "-W", "5", "100.64.1.2"])).code).toBe(0);
			expect((await outside.run(connect("100.64.1.2"))).stderr).toContain("Connection refused");
			expect((await site.host(0).run(["ping", "-c", "1", "-W", "5", "192.168.1.1"])).code).toBe(0);
		});

		it("takes rules and redirects of the configuration over", async () => {
			const text = site.router.readFile("/etc/config/firewall");
			site.router.writeFile(
				"/etc/config/firewall",
				`${text}
config rule
	option name 'open'
	option src 'wan'
	option proto 'tcp'
	option dest_port '2222 3000-3010'
	option target 'ACCEPT'

config rule
	option name 'not this one'
	option src 'lan'
	option dest 'wan'
	option dest_ip '${server(9).ipv4}'
	option proto 'icmp'
	option target 'REJECT'

config redirect
	option src 'wan'
	option proto 'tcp'
	option src_dport '8080'
	option dest_ip '192.168.1.100'
	option dest_port '80'
`,
			);
			await site.router.mustRun(["fw4", "reload"]);
			const serve =
				"require('net').createServer((s) => s.end(s.remoteAddress)).listen(80, '0.0.0.0', () => console.log('ready'))";
			const web = site.host(0).spawn([process.execPath, "-e", serve]);
			await firstLine(web, "a web server");
			const { network } = site.internet;
			const connect = (port: number) =>
				network.run(["bash", "-c", `exec 3<>/dev/tcp/100.64.1.2/${port}; cat <&3`]);
			expect((await connect(8080)).stdout).toMatch(/^203\.0\.113\.|^1\.|^8\.|^9\.|^149\.|^208\./);
			expect((await connect(2222)).stderr).toContain("refused");
			const ping = (address: string) => site.host(0).run(["ping", "-c", "1", "-W", "5", address]);
			expect((await ping(server(9).ipv4)).stdout).toContain("Destination Port Unreachable");
			expect((await ping(server(8).ipv4)).code).toBe(0);
			web.kill();
			site.router.writeFile("/etc/config/firewall", text);
			await site.router.mustRun(["fw4", "reload"]);
		});

		it("reloads in one transaction and leaves other tables alone", async () => {
			await site.router.mustRun(["nft", "add", "table", "inet", "other"]);
			await site.router.mustRun(["fw4", "reload"]);
			const tables = await site.router.mustRun(["nft", "list", "tables"]);
			expect(tables).toContain("table inet other");
			expect(tables).toContain("table inet fw4");
			const stateless = (text: string) => text.replace(/packets \d+ bytes \d+/g, "");
			const before = stateless(await site.router.mustRun(["nft", "list", "table", "inet", "fw4"]));
			await site.router.mustRun(["/etc/init.d/firewall", "restart"]);
			expect(stateless(await site.router.mustRun(["nft", "list", "table", "inet", "fw4"]))).toBe(before);
		});
	});
});

describe.skipIf(!asRoot)("a router with rpcd and uhttpd", () => {
	it("lets root sign in from the LAN and serves files", async () => {
		const site = await Site.build({ web: true, files: { "/www/hello.txt": "hello\n" } });
		try {
			const get = (...words: string[]) => site.host(0).mustRun(["curl", "-s", ...words]);
			expect(await get("http://192.168.1.1/hello.txt")).toBe("hello\n");
			const login = ["0".repeat(32), "session", "login", { username: "root", password: "" }];
			const call = { jsonrpc: "2.0", id: 1, method: "call", params: login };
			const answer = await get("-d", JSON.stringify(call), "http://192.168.1.1/ubus");
			expect(JSON.parse(answer).result).toMatchObject([
				0,
				{ ubus_rpc_session: expect.stringMatching(/^[0-9a-f]{32}$/) },
			]);
		} finally {
			await site.close();
		}
	});
});

describe.skipIf(!asRoot)("an uplink with PPPoE", () => {
	it("has its addresses on the session's device, and loses them with the cable", async () => {
		const site = await Site.build({ uplinks: { wan: { proto: "pppoe" }, lte2: {} } });
		const status = (name: string) => site.router.ubus(`network.interface.${name}`, "status");
		const untilSeen = (address: string, target = server(1).ipv4) =>
			until(`${address} is seen`, async () => {
				const { stdout } = await site.host(0).run(["curl", "-s", "-m", "2", "-g", `http://${target}/`]);
				return stdout === `${address}\n`;
			});
		const ipv6 = `[${server(1).ipv6}]`;
		try {
			expect(await status("wan")).toMatchObject({
				device: "eth1",
				l3_device: "pppoe-wan",
				"ipv4-address": [{ address: "100.64.1.2", mask: 32, ptpaddress: "100.64.1.1" }],
			});
			await untilSeen("100.64.1.2");
			await untilSeen("2001:db8:1::2", ipv6);
			await site.uplink("wan").carrier(false);
			await until("wan is down", async () => !(await status("wan")).up && !(await status("wan6")).up);
			await untilSeen("100.64.2.2");
			await site.uplink("wan").carrier(true);
			await until("wan is up", async () => (await status("wan")).up && (await status("wan6")).up);
			await untilSeen("100.64.1.2");
			await untilSeen("2001:db8:1::2", ipv6);
			await site.uplink("wan").renumber();
			await untilSeen("100.65.1.2");
		} finally {
			await site.close();
		}
	});
});

describe.skipIf(!asRoot)("a router whose firewall is iptables", () => {
	it("masquerades, filters, and leaves foreign chains alone", async () => {
		const site = await Site.build({ firewall: "iptables" });
		try {
			const host = site.host(0);
			expect(await host.mustRun(["curl", "-s", `http://${server(1).ipv4}/`])).toBe("100.64.1.2\n");
			expect(await host.mustRun(["curl", "-s", "-g", `http://[${server(1).ipv6}]/`])).toBe("2001:db8:1::2\n");
			await site.router.mustRun(["iptables", "-t", "mangle", "-N", "other"]);
			await site.router.mustRun(["fw4", "restart"]);
			expect(await site.router.mustRun(["iptables-save"])).toContain(":other - ");
			const jumps = (await site.router.mustRun(["iptables-save", "-t", "filter"])).match(/-j fw_forward/g);
			expect(jumps).toHaveLength(1);
			const connect = (port: number) =>
				site.internet.network.run(["bash", "-c", `exec 3<>/dev/tcp/100.64.1.2/${port}; head -c 5 <&3`]);
			expect((await connect(22)).stderr).toContain("Connection refused");
			const redirect = `
config redirect
	option src 'wan'
	option proto 'tcp'
	option src_dport '8080'
	option dest_ip '192.168.1.100'
	option dest_port '80'
`;
			const text = site.router.readFile("/etc/config/firewall");
			site.router.writeFile("/etc/config/firewall", text + redirect);
			await site.router.mustRun(["fw4", "reload"]);
			const serve =
				"require('net').createServer((s) => s.end('hello')).listen(80, '0.0.0.0', () => console.log('ready'))";
			await firstLine(host.spawn([process.execPath, "-e", serve]), "a web server");
			expect((await connect(8080)).stdout).toBe("hello");
		} finally {
			await site.close();
		}
	});
});
