import type { Explanation, Outcome } from "polywan-core/why/explanation";
import { ty } from "./words.ts";

/** Where the connection goes, in one sentence. */
export function describeAnswer({ outcomes, isOpen }: Explanation): string {
	const likely = outcomes.filter(({ percent }) => percent > 0);
	const kept = outcomes.filter(({ percent }) => percent === 0).map(({ uplink }) => uplink ?? "?");
	const more = kept.length === 0 ? "" : ` ${ty("answer.kept", { uplinks: kept.join(", ") })}`;
	const [first, ...others] = likely;
	if (first === undefined) return ty("answer.nothing");
	if (others.length === 0) return describeOne(first) + more;
	if (isOpen) return ty("answer.open", { where: likely.map(describeOutcome).join(" · ") }) + more;
	const shares = likely.map((each) => `${describeOutcome(each)} ${Math.round(each.percent)} %`);
	return ty("answer.shared", { shares: shares.join(", ") }) + more;
}

function describeOne(outcome: Outcome): string {
	const { kind } = outcome;
	if (kind === "local" || kind === "unreachable" || kind === "blackhole") return ty(`said.${kind}`);
	return ty("answer.one", { where: describeOutcome(outcome) });
}

function describeOutcome({ kind, uplink, device }: Outcome): string {
	const by = device === null ? "" : ` (${device})`;
	if (kind === "uplink") return `${uplink ?? "?"}${by}`;
	if (kind === "main" && device === null) return ty("to.mainNone");
	return ty(`to.${kind}`) + (kind === "main" || kind === "specific" ? by : "");
}
