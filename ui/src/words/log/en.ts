/** What the page about the log says beside the events. */
export const logEn = {
	"log.events": "Events",
	"log.system": "System log",
	"log.systemMore": "What polywan and its companions wrote to it, the newest first.",
	"log.level": "Level",
	"log.error": "Error",
	"log.warning": "Warning",
	"log.notice": "Notice",
	"log.info": "Info",
	"log.debug": "Debug",
	"log.atLeast": "{level} and graver",
	"log.every": "All",
	"log.program": "Program",
	"log.contains": "Contains",
	"log.follow": "Follow",
	"log.when": "Time",
	"log.message": "Message",
	"log.shown": "{shown} of {all}",
	"log.nothing": "No line matches.",
	"log.unreadable": "This router has no logread: its log is where its log daemon keeps it.",
};

export type LogKey = keyof typeof logEn;
export type LogWords = Readonly<Record<LogKey, string>>;
