import type { WhyAnswer } from "polywan-core/why/explanation";
import { UbusError, type UbusMethod, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import type { InForce } from "./answer.ts";

/** The same names as DETAILS of details.ts, which is read when it is wanted. */
const DETAILS = ["icmp_type", "dscp", "mark", "mac", "user", "group"] as const;

/** `why {source, destination, protocol, port, source_port, in, …details}`: which way a new connection would go. Answers WhyAnswer. */
export function whyMethods(inForce: () => InForce | null): Record<string, UbusMethod> {
	return {
		why: {
			args: {
				source: "string",
				destination: "string",
				protocol: "string",
				port: "string",
				source_port: "string",
				in: "string",
				...(Object.fromEntries(DETAILS.map((name) => [name, "string"])) as Record<string, "string">),
			},
			call: async (args) => {
				const { source, destination } = args;
				if (typeof source !== "string" || typeof destination !== "string")
					throw new UbusError(ubusStatus.invalidArgument);
				return (await answer(args, source, destination, inForce())) as unknown as BlobTable;
			},
		},
	};
}

async function answer(
	args: BlobTable,
	source: string,
	destination: string,
	inForce: InForce | null,
): Promise<WhyAnswer> {
	if (inForce === null) return { error: "nothing is in force yet" };
	const [{ answerQuestion }, { QuestionError }] = await Promise.all([
		import("./answer.ts"),
		import("./question.ts"),
	]);
	const question = {
		source,
		destination,
		protocol: textOf(args.protocol),
		port: textOf(args.port),
		sourcePort: textOf(args.source_port),
		incoming: textOf(args.in),
		details: Object.fromEntries(
			DETAILS.flatMap((name) => {
				const text = textOf(args[name]);
				return text === null ? [] : [[name, text]];
			}),
		),
	};
	try {
		return { error: null, ...(await answerQuestion(question, inForce)) };
	} catch (error) {
		if (!(error instanceof QuestionError)) throw error;
		return { error: error.message };
	}
}

function textOf(value: unknown): string | null {
	return typeof value === "string" && value !== "" ? value : null;
}
