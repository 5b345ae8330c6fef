import { ConntrackCollector, type ConntrackOrder } from "polywan-runtime/conntrack";
import { args } from "polywan-runtime/program";
import { readTableInfo } from "polywan-runtime/xtables";
import { amount, check, ensure, equal, errorOf } from "./check.ts";

// Messages as the kernel dumps them, made by hand: struct nlmsghdr and attributes in host order, what they hold in network order.

const isLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const ROW_BYTES = 136;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;

function join(...parts: Uint8Array[]): Uint8Array {
	const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}

function attribute(type: number, ...parts: Uint8Array[]): Uint8Array {
	const data = join(...parts);
	const bytes = new Uint8Array((4 + data.length + 3) & ~3);
	new DataView(bytes.buffer).setUint16(0, 4 + data.length, isLittle);
	new DataView(bytes.buffer).setUint16(2, type, isLittle);
	bytes.set(data, 4);
	return bytes;
}

function message(type: number, payload: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(16 + payload.length);
	new DataView(bytes.buffer).setUint32(0, bytes.length, isLittle);
	new DataView(bytes.buffer).setUint16(4, type, isLittle);
	bytes.set(payload, 16);
	return bytes;
}

const word = (value: number) => Uint8Array.of(value >> 8, value);
const number32 = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
const number64 = (value: number) => join(number32(Math.floor(value / 2 ** 32)), number32(value >>> 0));

function tuple(type: number, source: number[], destination: number[], ports: [number, number]): Uint8Array {
	const first = source.length === 4 ? 1 : 3;
	const addresses = [
		attribute(first, Uint8Array.from(source)),
		attribute(first + 1, Uint8Array.from(destination)),
	];
	const protocol = [
		attribute(1, Uint8Array.of(6)),
		attribute(2, word(ports[0])),
		attribute(3, word(ports[1])),
	];
	return attribute(type, attribute(1, ...addresses), attribute(2, ...protocol));
}

function entry(
	id: number,
	bytes: number,
	mark: number,
	source = [192, 168, 1, id & 255],
	state = 3,
): Uint8Array {
	const destination = source.length === 4 ? [192, 0, 2, 1] : source.map(() => 7);
	return message(
		0x100,
		join(
			Uint8Array.of(source.length === 4 ? 2 : 10, 0, 0, 0),
			tuple(1, source, destination, [1000 + (id % 1000), 443]),
			tuple(2, destination, source, [443, 1000 + (id % 1000)]),
			attribute(3, number32(14)),
			attribute(7, number32(300)),
			attribute(8, number32(mark)),
			attribute(4, attribute(1, attribute(1, Uint8Array.of(state)))),
			attribute(9, attribute(1, number64(2)), attribute(2, number64(bytes))),
			attribute(10, attribute(1, number64(1)), attribute(2, number64(5))),
			attribute(20, attribute(1, number64(1_700_000_000_000_000_000 + id * 1_000_000_000))),
			attribute(12, number32(id)),
		),
	);
}

const done = message(NLMSG_DONE, number32(0));

interface Wanted {
	filter?: Uint8Array;
	capacity?: number;
	order?: ConntrackOrder;
	reverse?: boolean;
}

function collect(
	messages: Uint8Array[],
	{ filter, capacity = 100, order = "bytes", reverse = false }: Wanted = {},
) {
	const collector = new ConntrackCollector({
		filter: filter ?? new Uint8Array(48),
		capacity,
		order,
		reverse,
	});
	for (const one of messages) equal(collector.add(one), false);
	equal(collector.add(done), true);
	const rows = collector.takeRows();
	const view = new DataView(rows.buffer);
	const list = Array.from({ length: rows.length / ROW_BYTES }, (_, n) => n * ROW_BYTES);
	const { total, live } = collector;
	return { total, live, rows, view, ids: list.map((at) => view.getUint32(at + 16, isLittle)) };
}

await check("parts of one whole", () => {
	const part = (entries: Uint8Array[], capacity: number) => {
		const collector = new ConntrackCollector({
			filter: new Uint8Array(48),
			capacity,
			order: "bytes",
			reverse: false,
		});
		for (const one of entries) collector.add(one);
		return collector;
	};
	const whole = part([entry(1, 50, 0), entry(2, 10, 0), entry(3, 30, 0)], 2);
	whole.merge(part([entry(4, 40, 0), entry(5, 60, 0, [10, 0, 0, 5], 7)], 2));
	const rows = whole.takeRows();
	equal([rows.length / ROW_BYTES, whole.total, whole.live], [2, 5, 4]);
	equal([rows[75], rows[ROW_BYTES + 75]], [5, 1]);
});

await check("the kernel's connections, read by a thread", async () => {
	const request = new Uint8Array(20);
	const view = new DataView(request.buffer);
	view.setUint32(0, request.length, isLittle);
	view.setUint16(4, 0x101, isLittle);
	view.setUint16(6, 0x301, isLittle);
	const start = () => {
		const collector = new ConntrackCollector({
			filter: new Uint8Array(48),
			capacity: 10,
			order: "bytes",
			reverse: false,
		});
		return { collector, done: collector.read(request) };
	};
	for (const { collector, done } of [start(), start()]) {
		try {
			await done;
			ensure(collector.total >= collector.takeRows().length / ROW_BYTES, "rows are among those counted");
		} catch (error) {
			// qemu-user has no netfilter.
			equal((error as { code?: string }).code, "EPROTONOSUPPORT");
		}
	}
	// One that nobody waits for ends with the program.
	start().done.catch(() => {});
});

await check("TCP connections that ended are not live", () => {
	const [established, timeWait, closed] = [3, 7, 8];
	const entries = [established, timeWait, closed].map((state, id) => entry(id, 1, 1, [10, 0, 0, id], state));
	const { total, live } = collect(entries, { capacity: 0 });
	equal([total, live], [3, 1]);
});

await check("everything of an entry", () => {
	const { rows, view, total } = collect([entry(9, 0x1_0000_0001, 0xab000000)]);
	equal(total, 1);
	equal([rows[0], rows[1], rows[2], rows[3]], [4, 6, 3, 3]);
	equal(
		[4, 8, 12, 16].map((at) => view.getUint32(at, isLittle)),
		[0xab000000, 14, 300, 9],
	);
	equal(
		[20, 22, 24, 26].map((at) => view.getUint16(at, isLittle)),
		[1009, 443, 443, 1009],
	);
	const large = [32, 40, 48, 56].map((at) => Number(view.getBigUint64(at, isLittle)));
	equal(large, [0x1_0000_0001, 5, 2, 1]);
	equal(String(view.getBigUint64(64, isLittle)), "1700000009000000000");
	equal([...rows.subarray(72, 76), ...rows.subarray(88, 92)], [192, 168, 1, 9, 192, 0, 2, 1]);
});

await check("the first of an order, also when more come than are kept", () => {
	const count = amount(5000, 300, args);
	const entries = Array.from({ length: count }, (_, n) => entry(n, (n * 7919) % count, 0));
	const best = Array.from({ length: count }, (_, n) => n).sort(
		(a, b) => ((b * 7919) % count) - ((a * 7919) % count),
	);
	for (const capacity of [0, 1, 50, count]) {
		const { ids, total } = collect(entries, { capacity });
		equal([total, ids], [count, best.slice(0, capacity)]);
	}
	equal(collect(entries, { capacity: 3, reverse: true }).ids, best.slice(-3).reverse());
	equal(collect(entries, { capacity: 3, order: "age" }).ids, [0, 1, 2]);
});

await check("a filter: mark, family, port and networks", () => {
	const entries = [
		entry(1, 1, 0x01000005),
		entry(2, 2, 0x02000005),
		entry(
			3,
			3,
			0x01000000,
			Array.from({ length: 16 }, () => 9),
		),
	];
	const filtered = (bytes: Record<number, number[]>) => {
		const filter = new Uint8Array(48);
		for (const [at, values] of Object.entries(bytes)) filter.set(values, Number(at));
		return collect(entries, { filter }).ids;
	};
	const host32 = (value: number) => [...new Uint8Array(new Uint32Array([value]).buffer)];
	const host16 = (value: number) => [...new Uint8Array(new Uint16Array([value]).buffer)];
	equal(filtered({ 8: host32(0x01000000), 12: host32(0xff000000) }), [3, 1]);
	equal(filtered({ 0: [6] }), [3]);
	equal(filtered({ 0: [4] }), [2, 1]);
	equal(filtered({ 1: [17] }), []);
	equal(filtered({ 4: host16(1002) }), [2]);
	equal(filtered({ 6: host16(80) }), []);
	equal(filtered({ 2: [31], 16: [192, 168, 1, 2] }), [2]);
	equal(filtered({ 2: [30], 16: [192, 168, 1, 0], 0: [4] }), [2, 1]);
	equal(filtered({ 3: [128], 32: Array.from({ length: 16 }, () => 7) }), [3]);
});

await check("what is cut off, or no entry, does no harm", () => {
	const whole = entry(1, 1, 1);
	for (let size = 0; size < whole.length; size++) {
		const collector = new ConntrackCollector({
			filter: new Uint8Array(48),
			capacity: 9,
			order: "bytes",
			reverse: false,
		});
		const part = whole.slice(0, size);
		if (size < 16) equal(collector.add(part), false);
		else equal(errorOf(() => collector.add(part)).code, "EBADMSG");
		new DataView(part.buffer).byteLength >= 4 && new DataView(part.buffer).setUint32(0, size, isLittle);
		if (size >= 16) ensure(!collector.add(part), "more is to come");
		collector.takeRows();
	}
});

await check("the kernel's refusal is an error", () => {
	const collector = new ConntrackCollector({
		filter: new Uint8Array(48),
		capacity: 1,
		order: "bytes",
		reverse: false,
	});
	const refusal = new Uint8Array(4);
	new DataView(refusal.buffer).setInt32(0, -1, isLittle);
	equal(errorOf(() => collector.add(message(NLMSG_ERROR, refusal))).code, "EPERM");
	const create = () =>
		new ConntrackCollector({ filter: new Uint8Array(3), capacity: 1, order: "bytes", reverse: false });
	ensure(errorOf(create).message.includes("48 bytes"), "a filter of another size is refused");
});

await check("a table of legacy iptables, where there is such a thing", () => {
	try {
		equal(readTableInfo(4, "filter").length, 84);
	} catch (error) {
		ensure(error instanceof Error && "code" in error, String(error));
	}
	ensure("code" in errorOf(() => readTableInfo(4, "none-of-that-name")), "an unknown table is refused");
});
