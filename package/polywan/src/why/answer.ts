import type { Model } from "polywan-core/config/model";
import type { Plan } from "polywan-core/plan/plan";
import { explain } from "polywan-core/why/explain";
import type { Explanation } from "polywan-core/why/explanation";
import type { WhyNot } from "polywan-core/why/members";
import { type Question, readPacket } from "./question.ts";
import { readRoute } from "./route-facts.ts";
import { readMembers } from "./set-members.ts";

/** What is in force. */
export interface InForce {
	readonly plan: Plan;
	readonly model: Model;
	readonly firewall: "nftables" | "iptables" | "none";
	readonly whyNot: WhyNot;
}

/** Which way the connection goes, with the kernel's sets and routes as they are now. Rejects with QuestionError. */
export async function answerQuestion(question: Question, inForce: InForce): Promise<Explanation> {
	const { plan, model, firewall, whyNot } = inForce;
	const packet = await readPacket(question, plan);
	const members = await readMembers(plan, packet, firewall);
	const facts = { ...(await readRoute(packet.destination, plan)), members };
	return explain(plan, model, packet, facts, whyNot);
}
