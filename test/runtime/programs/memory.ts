import { readText } from "polywan-runtime/file";
import { args, collectGarbage, heapBytes } from "polywan-runtime/program";
import { Socket } from "polywan-runtime/socket";
import { amount, check, ensure, pending } from "./check.ts";

/** VmRSS of proc(5), in kB. */
function residentKilobytes(): number {
	return Number(/VmRSS:\s+(\d+)/.exec(readText("/proc/self/status"))?.[1]);
}

/** Calls back `count` times, through descriptors, timers and promises, with garbage at each. */
async function churn(count: number): Promise<void> {
	const { promise, resolve } = pending();
	const socket = Socket.open("inet", "dgram");
	socket.bind({ family: "inet", address: "127.0.0.1", port: 0 });
	const address = socket.localAddress();
	const data = new Uint8Array(32);
	let left = count;
	const step = () => {
		left -= 3;
		if (left > 0) socket.send(data, address);
		else resolve();
	};
	socket.watch({ read: true }, () => {
		socket.receive(data);
		setTimeout(() => {
			const cycle: { self?: unknown; text: string } = { text: `turn ${left}` };
			cycle.self = cycle;
			Promise.resolve(cycle).then(step);
		}, 0);
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
