import { spawn } from "polywan-runtime/process";
import { pid } from "polywan-runtime/program";
import { onSignal, type SignalName } from "polywan-runtime/signal";
import { check, equal, errorOf, pending } from "./check.ts";

const send = (signal: string) => spawn(["kill", `-${signal}`, String(pid())]).done;

await check("signals come one by one, to every handler", async () => {
	const seen: string[] = [];
	const { promise, resolve } = pending();
	const stops = [
		onSignal("SIGUSR1", () => seen.push("first")),
		onSignal("SIGUSR1", () => {
			seen.push("second");
			resolve();
		}),
		onSignal("SIGHUP", () => seen.push("hup")),
	];
	await send("USR1");
	await promise;
	for (const stop of stops) stop();
	equal(seen, ["first", "second"]);
});

await check("a handler that stopped is not called, the others are", async () => {
	const seen: string[] = [];
	const { promise, resolve } = pending();
	const stop = onSignal("SIGUSR2", () => seen.push("stopped"));
	const last = onSignal("SIGUSR2", () => resolve());
	stop();
	stop();
	await send("USR2");
	await promise;
	last();
	equal(seen, []);
});

await check("children and handlers do not mix", async () => {
	const stop = onSignal("SIGTERM", () => {});
	const child = spawn(["sleep", "60"]);
	child.kill("SIGTERM");
	equal((await child.done).signal, "SIGTERM");
	stop();
});

await check("a name that is none", () => {
	equal(errorOf(() => onSignal("SIGNONE" as SignalName, () => {})).code, "EINVAL");
});

onSignal("SIGTERM", () => {}); // does not keep the program running
