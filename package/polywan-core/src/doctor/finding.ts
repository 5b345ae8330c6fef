/** Something that is not as it should be, and what to do about it. */
export interface Finding {
	/** Short and stable, for programs: "forwarding-off". */
	readonly code: string;
	/** "error": something does not work; "warning": something will not work as expected. */
	readonly severity: "error" | "warning";
	/** An uplink, a file, …; empty: the router as a whole. */
	readonly subject: string;
	/** What is the case, and what comes of it. */
	readonly message: string;
	/** What to do. */
	readonly remedy: string;
}

export function error(code: string, subject: string, message: string, remedy: string): Finding {
	return { code, severity: "error", subject, message, remedy };
}

export function warning(code: string, subject: string, message: string, remedy: string): Finding {
	return { code, severity: "warning", subject, message, remedy };
}
