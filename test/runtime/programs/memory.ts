import { readText } from "polywan-runtime/file";
import { args, collectGarbage, heapBytes } from "polywan-runtime/program";
import { Socket } from "polywan-runtime/socket";
import { amount, check, ensure, pending } from "./check.ts";

/** VmRSS of proc(5), in kB. */
function residentKilobytes(): number {
	return Number(/VmRSS:\s+(\d+)/.exec(readText("/proc/self/status"))?.[1]);
}

/** Calls back `count` times, through descriptors, and timers and promises for each of them, with garbage. */
async function churn(count: number): Promise<void> {
	const { promise, resolve } = pending();
	const socket = Socket.open("inet", "dgram");
	socket.bind({ family: "inet", address: "127.0.0.1", port: 0 });
	const address = socket.localAddress();
	const data = new Uint8Array(32);
	const TIMERS = 4;
	let left = count;
	let open = 0;
	const step = () => {
		left -= 2;
		if (--open > 0) return;
		left -= 1;
		if (left > 0) socket.send(data, address);
		else resolve();
	};
	const turn = () => {
		const cycle: { self?: unknown; text: string } = { text: `turn ${left}` };
		cycle.self = cycle;
		Promise.resolve(cycle).then(step);
	};
	socket.watch({ read: true }, () => {
		socket.receive(data);
		for (open = 0; open < TIMERS; open++) setTimeout(turn, 0);
	});
	socket.send(data, address);
	await promise;
	socket.close();
}

await check("memory is flat over a million callbacks", async () => {
	const count = amount(1_000_000, 30_000, args);
	await churn(count / 10);
	collectGarbage();
	const [heapBefore, residentBefore] = [heapBytes(), residentKilobytes()];
	await churn(count);
	collectGarbage();
	const [heapAfter, residentAfter] = [heapBytes(), residentKilobytes()];
	ensure(heapAfter - heapBefore < 16_384, `the heap grew from ${heapBefore} to ${heapAfter} bytes`);
	const slackKilobytes = args.includes("small") ? 20_000 : 256; // sanitizers and emulators keep memory of their own
	ensure(
		residentAfter - residentBefore <= slackKilobytes,
		`resident memory grew from ${residentBefore} to ${residentAfter} kB`,
	);
});

await check("blocks of every size keep what is in them, while others come and go", () => {
	const count = amount(150_000, 20_000, args);
	const kept: { bytes: Uint8Array; text: string; fill: number }[] = [];
	let seed = 1;
	const below = (limit: number) => {
		seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
		return (seed >>> 8) % limit;
	};
	for (let turn = 0; turn < count; turn++) {
		const fill = below(256);
		const entry = {
			bytes: new Uint8Array(below(1200)).fill(fill),
			text: String(turn).repeat(below(40)),
			fill,
		};
		const place = below(2000);
		const old = kept[place];
		if (old)
			ensure(
				old.bytes.every((byte) => byte === old.fill),
				`a block of ${old.bytes.length} bytes is damaged`,
			);
		kept[place] = entry;
	}
	collectGarbage();
	for (const { bytes, fill } of kept.filter(Boolean))
		ensure(
			bytes.every((byte) => byte === fill),
			"a block is damaged",
		);
});

await check("what a large structure took is given back when it is gone", () => {
	const residentBefore = residentKilobytes();
	let rows: object[] | null = Array.from({ length: 100_000 }, (_, index) => ({
		index,
		name: `row ${index}`,
	}));
	const residentFull = residentKilobytes();
	ensure(rows.length === 100_000 && residentFull - residentBefore > 5000, "the rows take memory");
	rows = null;
	collectGarbage();
	if (!args.includes("small"))
		ensure(
			residentKilobytes() - residentBefore < 2000,
			`${residentKilobytes() - residentBefore} kB stay taken`,
		);
});
