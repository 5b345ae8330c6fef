import {
	buildMessage,
	concatenate,
	NLM_F_DUMP_INTR,
	NLMSG_DONE,
	parseMessages,
} from "polywan/netlink/message";
import { beforeEach, describe, expect, test, vi } from "vitest";

const kernel = vi.hoisted(() => ({
	/** What the kernel answers to each question: the datagrams of one dump, made for its sequence number. */
	answers: [] as ((sequence: number) => Uint8Array[])[],
	waiting: [] as Uint8Array[],
	open: 0,
}));

vi.mock("polywan-runtime/clock", () => ({ monotonicMs: () => 1 }));
vi.mock("polywan-runtime/socket", () => ({
	Socket: {
		open: () => {
			kernel.open++;
			return {
				setOption() {},
				bind() {},
				send(request: Uint8Array) {
					const [message] = parseMessages(request);
					kernel.waiting = kernel.answers.shift()?.(message?.sequence ?? 0) ?? [];
				},
				receive(into: Uint8Array) {
					const datagram = kernel.waiting.shift();
					if (datagram === undefined) return null;
					into.set(datagram);
					return { bytes: datagram.length, from: null };
				},
				close: () => kernel.open--,
			};
		},
	},
}));

const { listNow } = await import("polywan/netlink/conversation");

const ENTRY = 0x0a00;

function dump(values: readonly number[], flags = 0): (sequence: number) => Uint8Array[] {
	return (sequence) => [
		concatenate(
			values.map((value) =>
				buildMessage({ type: ENTRY, flags, sequence, payload: Uint8Array.of(value, 0, 0, 0) }),
			),
		),
		buildMessage({ type: NLMSG_DONE, flags, sequence, payload: new Uint8Array(4) }),
	];
}

const read = () =>
	listNow(12, 1, new Uint8Array(4), "list numbers", ([value = 0]) => (value < 9 ? value : null));

describe("a dump of the kernel", () => {
	beforeEach(() => {
		kernel.answers = [];
	});

	test("is every message of it, but for what its reader leaves out, and the socket is closed", () => {
		kernel.answers = [dump([1, 9, 2])];
		expect(read()).toEqual([1, 2]);
		expect(kernel.open).toBe(0);
	});

	test("that a change disturbed is asked for again, and nothing of it is kept", () => {
		kernel.answers = [dump([1, 1], NLM_F_DUMP_INTR), dump([3, 4])];
		expect(read()).toEqual([3, 4]);
	});

	test("that is disturbed time and again is taken as it is", () => {
		kernel.answers = Array.from({ length: 9 }, (_, index) => dump([index], NLM_F_DUMP_INTR));
		expect(read()).toEqual([4]);
	});

	test("that is not there says what was attempted", () => {
		kernel.answers = [
			(sequence) => [
				buildMessage({
					type: 2,
					flags: 0,
					sequence,
					payload: Uint8Array.from(new Uint8Array(Int32Array.of(-2).buffer)),
				}),
			],
		];
		expect(read).toThrow("list numbers: errno 2");
		expect(kernel.open).toBe(0);
	});

	test("that ends in the middle is an error", () => {
		kernel.answers = [(sequence) => dump([1])(sequence).slice(0, 1)];
		expect(read).toThrow("list numbers: no answer from the kernel");
	});
});
