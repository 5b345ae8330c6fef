import type { UbusSession } from "ubus-js/browser";
import { afterEach, beforeEach, test, vi } from "vitest";
import { textOf } from "../../../ui/src/edit/config.ts";
import { draft, outcome, Staging, trial } from "../../../ui/src/edit/staging.ts";
import { events } from "../../../ui/src/store.ts";

/** What a router answers that others change, too. */
class FakeRouter {
	weight = "3";
	trial = { state: "none", remaining_s: 0, last: null as "confirmed" | "returned" | null, error: null };
	readonly session = {
		signedIn: true,
		sid: "sid",
		call: async (object: string, method: string) => this.#answer(`${object} ${method}`),
	} as unknown as UbusSession<AbortSignal>;

	#answer(call: string) {
		if (call === "uci get") {
			const wan = { ".type": "uplink", ".name": "wan", ".index": 0, weight: this.weight };
			return { values: { wan } };
		}
		if (call === "uci changes") return { changes: [] };
		return call === "polywan trial" ? this.trial : { interface: [] };
	}
}

const until = (isSo: () => boolean) => vi.waitUntil(isSo, { timeout: 20_000, interval: 5 });

let router = new FakeRouter();
let stop = () => {};
let sequence = 0;

function happen(kind: "config" | "trial"): void {
	const event = {
		sequence: ++sequence,
		at_ms: 0,
		kind,
		uplink: null,
		family: null,
		from: null,
		to: null,
		reason: "",
	};
	events.value = [event, ...events.value];
}

const weight = () =>
	textOf(draft.value?.sections[0] ?? { type: "", name: "", anonymous: false, options: new Map() }, "weight");

beforeEach(async () => {
	for (const name of ["addEventListener", "removeEventListener"]) vi.stubGlobal(name, () => {});
	vi.stubGlobal("sessionStorage", { getItem: () => null, setItem: () => {}, removeItem: () => {} });
	router = new FakeRouter();
	events.value = [];
	outcome.value = null;
	stop = new Staging(router.session, () => {}).follow();
	await until(() => weight() === "3");
});

afterEach(() => {
	stop();
	vi.unstubAllGlobals();
});

test("what somebody changes over SSH is shown, the first time as well", async () => {
	router.weight = "9";
	happen("config");
	await until(() => weight() === "9");
});

test.each([
	["confirmed", "keptElsewhere"],
	["returned", "returnedOnly"],
] as const)("a trial of another browser that was %s is told as such", async (last, told) => {
	router.trial = { ...router.trial, state: "pending", remaining_s: 30 };
	happen("trial");
	await until(() => trial.value !== null);
	router.trial = { ...router.trial, state: "none", last };
	happen("trial");
	await until(() => outcome.value === told);
});
