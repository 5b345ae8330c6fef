/** Something to publish. An empty payload that is retained takes back what the broker kept. */
export interface Message {
	readonly topic: string;
	readonly payload: string;
	/** Left out: as the configuration says. */
	readonly retain?: boolean;
}
