import type { Choice, TemplateName } from "./template.ts";
import { tt } from "./words.ts";

/** What the configuration will do, in one or two sentences. */
export function describeTemplate(name: TemplateName, choice: Choice): string {
	const { order, weights, line, network, addresses } = choice;
	const [first = "–", ...later] = order;
	const others = order.filter((uplink) => uplink !== line).join(", ") || "–";
	switch (name) {
		case "failover":
			return tt("failover.does", { first, later: later.join(", ") || "–" });
		case "balance":
			return tt("balance.does", { shares: describeShares(order, weights) });
		case "metered":
			return tt("metered.does", { line, others });
		case "calls":
			return tt("calls.does");
		case "guest":
			return `${tt("guest.does", { line, network: network || "–" })} ${describeFallback(choice, others)}`;
		case "gaming":
		case "vpn": {
			const who = addresses.length > 0 ? addresses.join(", ") : tt(`${name}.known`);
			return `${tt(`${name}.does`, { line, who })} ${describeFallback(choice, others)}`;
		}
	}
}

function describeFallback({ fallback }: Choice, others: string): string {
	return fallback ? tt("else", { others }) : tt("alone");
}

function describeShares(order: readonly string[], weights: Readonly<Record<string, string>>): string {
	const weightOf = (uplink: string) => Number(weights[uplink]) || 1;
	const total = order.reduce((sum, uplink) => sum + weightOf(uplink), 0);
	return order.map((uplink) => `${uplink} ${Math.round((weightOf(uplink) * 100) / total)} %`).join(", ");
}
