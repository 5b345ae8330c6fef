import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { relayFromLoopback } from "../test/browser/relay.ts";
import { lan, server } from "../test/lab/addresses.ts";
import { ConnectLoop, monotonicMs } from "../test/lab/connect-loop/connect-loop.ts";
import { Polywan } from "../test/lab/polywan.ts";
import { renderPolywanConfig } from "../test/lab/polywan-config.ts";
import { Site } from "../test/lab/site.ts";
import { until } from "../test/lab/until.ts";
import { crypt } from "../test/openwrt/rpcd/crypt.ts";
import { playFault } from "./faults.ts";
import { prepare } from "./prepare.ts";
import { runAsProgram } from "./program.ts";

const help = `npm run demo [-- --once]

A house with a router, two Internet uplinks and the Internet, in network namespaces of this machine. polywan runs in
the router as its packages install it. One uplink dies; you see who notices. Needs root, on Debian 12 with Node 20.

  --once   end after the failover; without it the demo runs until Ctrl-C`;

runAsProgram("demo", async (args) => {
	const { values } = parseArgs({
		args,
		options: { once: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
	});
	if (values.help) {
		console.log(help);
		return 0;
	}
	if (process.getuid?.() !== 0)
		throw new Error(
			"the lab needs root: it makes network namespaces. Run it as root (sudo), or in a virtual machine.",
		);
	await prepare();
	const password = randomBytes(6).toString("base64url");
	const site = await Site.build({
		uplinks: { wan: { delayMs: 12, rateMbit: 200 }, wanb: { delayMs: 35, rateMbit: 50 } },
		firewall: "nftables",
		daemon: true,
		install: "ipk",
		web: true,
		config: renderPolywanConfig({ asShipped: true }),
		files: { "/etc/shadow": `root:${crypt(password, "$6$demo")}:0:0:99999:7:::\n` },
	});
	try {
		await showFailover(site);
		if (!values.once) await stay(site, password);
	} finally {
		await site.close();
	}
	return 0;
});

async function showFailover(site: Site): Promise<void> {
	const polywan = new Polywan(site);
	say(`
  LAN host ── router ──┬── wan   12 ms ──┐
     192.168.1.100     │                 ├── the Internet (203.0.113.0/24)
                       └── wanb  35 ms ──┘
`);
	await polywan.untilState("up", "wan", "wanb");
	await show(site, "polywan", "status");

	say("The LAN host opens a connection every 20 ms. Now wan goes dark behind the provider's own router …");
	const first = site.uplink("wan").lease.ipv4?.address;
	const loop = ConnectLoop.start(site.host(0), { address: server(1).ipv4 });
	await until("connections use wan", () => loop.attempts.length >= 150);
	const faultMs = monotonicMs();
	await site.uplink("wan").blackhole();
	await polywan.untilState("down", "wan");
	await until("connections use wanb", () => loop.attempts.slice(-25).every(({ source }) => source !== first));
	await show(site, "polywan", "status");
	await show(site, "polywan", "events", "--limit", "4");

	say("… and comes back.");
	await site.uplink("wan").heal();
	await until("connections use wan again", () => loop.attempts.at(-1)?.source === first, {
		timeoutMs: 30_000,
	});
	const attempts = await loop.stop();
	const late = attempts.filter(({ tookMs }) => tookMs === null || tookMs > 1000);
	const lastMs = Math.max(0, ...late.map(({ startMs }) => startMs - faultMs));
	await show(site, "polywan", "events", "--limit", "2");
	say(
		`${attempts.length} connections were opened, ${attempts.length - late.length} of them as if nothing had happened.` +
			` ${late.length} met the dead uplink, the last of them ${Math.round(lastMs)} ms after it died.`,
	);
}

async function stay(site: Site, password: string): Promise<void> {
	const relay = (port: number) => relayFromLoopback(site.host(0), lan.router.ipv4, 80, port);
	const door = await relay(8080).catch(() => relay(0));
	const address = door.address();
	const port = typeof address === "object" && address !== null ? address.port : 8080;
	const shell = (network: { wrap(argv: readonly string[]): readonly string[] }) =>
		network.wrap(["sh"]).join(" ");
	say(`The lab goes on until Ctrl-C. What to try next:

  the panel      http://127.0.0.1:${port}/polywan/   user root, password ${password} (made for this run)
  the router     ${shell(site.router.network)}
                 polywan watch · polywan help · uci show polywan · ubus call polywan status
  a LAN host     ${shell(site.host(0).network)}
                 ping ${server(1).ipv4} · curl ${server(1).ipv4}
  faults         type a line here: blackhole wan · cable wanb · loss wan 30 · delay wanb 200 · heal · help
`);
	await obey(site);
	door.close();
}

/** Plays the faults typed on standard input until Ctrl-C, SIGTERM or `quit`. */
async function obey(site: Site): Promise<void> {
	await new Promise<void>((resolve) => {
		process.once("SIGINT", resolve);
		process.once("SIGTERM", resolve);
		createInterface({ input: process.stdin }).on("line", (line) => {
			if (["quit", "exit"].includes(line.trim())) resolve();
			else playFault(line, site.uplinks).then(say, (error) => say(`? ${error.message}`));
		});
	});
	process.stdin.destroy();
}

async function show(site: Site, ...argv: string[]): Promise<void> {
	say(`router# ${argv.join(" ")}`);
	say((await site.router.run(argv)).stdout);
}

function say(text: string): void {
	if (text !== "") process.stdout.write(`${text}\n`);
}
