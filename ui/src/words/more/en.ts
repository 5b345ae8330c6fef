/** What the pages that are looked at less often say. */
export const moreEn = {
	"about.version": "Version",
	"about.firewall": "Firewall",
	"about.uptime": "Running",
	"about.applied": "Kernel changed",
	"about.took": "{ms} ms",
	"log.kind": "Kind",
	"log.uplink": "Uplink",
	"log.text": "Contains",
	"log.all": "All",
	"log.time": "Time",
	"log.what": "What",
	"log.why": "Why",
	"log.none": "No match.",
	"log.count": "{shown} of {all}",
	"about.clock": "Clock",
	"about.gateway": "Gateway",
	"about.license": "License",
	"about.kernel": "In the kernel",
	"about.device": "Device",
	"about.mark": "Mark",
	"about.table": "Table",
	"more.failed": "The router gave no answer. It is asked again.",
	"more.again": "Look again",
	"more.csv": "Save as CSV",
};

export type MoreKey = keyof typeof moreEn;
export type MoreWords = Readonly<Record<MoreKey, string>>;
