import { monotonicMs } from "polywan-runtime/clock";
import { args } from "polywan-runtime/program";
import { amount, check, ensure, equal, errorOf, pending } from "./check.ts";

/** A fixed pseudo random sequence (Park and Miller). */
function* randomNumbers(): Generator<number, number> {
	for (let state = 42; ; ) {
		state = (state * 48271) % 2147483647;
		yield state;
	}
}

await check("many timers run in the order of their time, equal ones as they were set", async () => {
	const count = amount(10_000, 2000, args);
	const { promise, resolve } = pending();
	const random = randomNumbers();
	const startMs = monotonicMs();
	const ran: { delayMs: number; index: number; afterMs: number }[] = [];
	for (let index = 0; index < count; index++) {
		const delayMs = 50 + (random.next().value % 200);
		setTimeout(() => {
			ran.push({ delayMs, index, afterMs: monotonicMs() - startMs });
			if (ran.length === count) resolve();
		}, delayMs);
	}
	const setMs = monotonicMs() - startMs;
	await promise;
	const early = ran.filter((timer) => timer.afterMs < timer.delayMs);
	equal(early.length, 0);
	for (let i = 1; i < ran.length; i++) {
		const [a, b] = [ran[i - 1], ran[i]];
		if (!a || !b) continue;
		// Set setMs apart at most: the delay alone tells the order of those further apart.
		ensure(a.delayMs <= b.delayMs + setMs + 1, `${a.delayMs} ms before ${b.delayMs} ms`);
		if (a.delayMs === b.delayMs) ensure(a.index < b.index, "timers of one delay in the order they were set");
	}
});

await check("cleared timers do not run, whoever clears them", async () => {
	const { promise, resolve } = pending();
	let wrong = 0;
	const doomed = Array.from({ length: 1000 }, (_, i) => setTimeout(() => wrong++, 5 + (i % 7)));
	const second = setTimeout(() => wrong++, 2);
	setTimeout(() => clearTimeout(second), 1);
	for (const id of doomed) clearTimeout(id);
	for (const id of doomed) clearTimeout(id); // again: nothing
	clearTimeout(undefined);
	setTimeout(resolve, 20);
	await promise;
	equal(wrong, 0);
});

await check("an id that was used does not clear a newer timer", async () => {
	const { promise, resolve } = pending();
	const old = setTimeout(() => {}, 0);
	setTimeout(() => {
		setTimeout(resolve, 1);
		clearTimeout(old);
	}, 2);
	await promise;
});

await check("intervals repeat and end, also from their own callback", async () => {
	const { promise, resolve } = pending();
	const startMs = monotonicMs();
	let count = 0;
	const id = setInterval(() => {
		count++;
		if (count < 5) return;
		clearInterval(id);
		setTimeout(resolve, 15);
	}, 4);
	await promise;
	equal(count, 5);
	ensure(monotonicMs() - startMs >= 20 + 15 - 1, "five turns of 4 ms and 15 ms");
});

await check("arguments, odd delays, and what is no function", async () => {
	const { promise, resolve } = pending<string>();
	setTimeout((a: number, b: string) => resolve(`${a}${b}`), -5, 1, "x");
	equal(await promise, "1x");
	const far = setTimeout(() => {}, Number.MAX_VALUE);
	clearTimeout(far);
	const soon = pending();
	setTimeout(() => soon.resolve(), Number.NaN);
	await soon.promise;
	equal(errorOf(() => setTimeout("no" as unknown as () => void, 1)).name, "TypeError");
});

await check("queueMicrotask runs before the next timer", async () => {
	const { promise, resolve } = pending();
	const order: string[] = [];
	setTimeout(() => {
		order.push("timer");
		resolve();
	}, 0);
	queueMicrotask(() => order.push("task"));
	await promise;
	equal(order, ["task", "timer"]);
});
