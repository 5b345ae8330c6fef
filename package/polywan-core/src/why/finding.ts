/** Whether a rule matches a packet; "maybe" where that depends on something the packet's description leaves open. */
export interface Finding {
	readonly answer: "yes" | "no" | "maybe";
	/** For "no" and "maybe": the condition that decides, such as "its source must be in 10.0.0.0/8". */
	readonly reason: string;
}

export const YES: Finding = { answer: "yes", reason: "" };

export function no(reason: string): Finding {
	return { answer: "no", reason };
}

export function maybe(reason: string): Finding {
	return { answer: "maybe", reason };
}

/** `subject`: "source port". `holds`: null where it is not known. */
export function decide(holds: boolean | null, not: boolean, subject: string, value: string): Finding {
	const reason = `its ${subject} must ${not ? "not " : ""}be ${value}`;
	if (holds === null) return maybe(reason);
	return holds !== not ? YES : no(reason);
}
