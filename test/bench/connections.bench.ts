// A busy router's connections: how long a page of them takes, what the kernel alone needs for it, and what it costs the daemon.
import { Polywan } from "../lab/polywan.ts";
import { renderPolywanConfig } from "../lab/polywan-config.ts";
import { Site } from "../lab/site.ts";
import { type Bench, median, type Report } from "./harness.ts";

const entries = 50_000;
const rounds = 9;

export const bench: Bench = {
	name: "connections",
	title: `A page of ${entries} connections, sorted by bytes`,
	async run(report) {
		const site = await Site.build({ daemon: true, config: renderPolywanConfig({ asShipped: true }) });
		try {
			const polywan = new Polywan(site);
			await polywan.untilState("up", "wan", "wanb");
			await fill(site);
			await measure(report, site, polywan);
		} finally {
			await site.close();
		}
	},
};

/** Connections of one LAN host to as many servers, half of them over each uplink. */
async function fill(site: Site): Promise<void> {
	const lines = Array.from({ length: entries }, (_, n) => {
		const server = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
		const mark = (1 + (n % 2)) * 0x1000000;
		return `-I -p tcp -s 192.168.1.100 -d ${server} --sport 40000 --dport 443 --state ESTABLISHED -t 3000 -m ${mark}\n`;
	});
	site.router.writeFile("/tmp/connections", lines.join(""));
	await site.router.mustRun(["conntrack", "-R", "/tmp/connections"], { timeoutMs: 60_000 });
}

async function measure(report: Report, site: Site, polywan: Polywan): Promise<void> {
	const [command, call, kernel]: [number[], number[], number[]] = [[], [], []];
	for (let round = 1; round <= rounds; round++) {
		report.progress(`page, ${round} of ${rounds}`);
		command.push(await timed(() => polywan.run("connections")));
		call.push(await timed(() => site.router.ubus("polywan", "connections", { limit: 50 })));
		kernel.push(Number(await site.router.mustRun(["python3", "-c", DUMP])));
	}
	report.atMost("first page, by ubus, median", median(call), "ms", 150);
	report.atMost("first page, by the command, median", median(command), "ms", 150);
	report.measured("the kernel's dump alone, median", median(kernel), "ms");
	const peak = /^VmHWM:\s+(\d+) kB/m.exec(site.router.readFile(`/proc/${await polywan.pid()}/status`));
	report.atMost("daemon's memory at its highest", Number(peak?.[1]), "kB", 16 * 1024);
}

async function timed(run: () => Promise<unknown>): Promise<number> {
	const startMs = performance.now();
	await run();
	return performance.now() - startMs;
}

/** A dump of connection tracking that nobody looks at: IPCTNL_MSG_CT_GET with NLM_F_REQUEST | NLM_F_DUMP, until NLMSG_DONE. */
const DUMP = `
import socket, struct, time
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
s.bind((0, 0))
start = time.perf_counter()
s.send(struct.pack("=IHHIIBBH", 20, 0x101, 0x301, 1, 0, 0, 0, 0))
buffer = bytearray(65536)
while True:
    s.recv_into(buffer)
    if struct.unpack_from("=H", buffer, 4)[0] == 3: break
print((time.perf_counter() - start) * 1000)
`;
