import "../shared.ts";
import { useEffect } from "preact/hooks";
import { outcome, reports } from "../edit/staging.ts";
import { Failed } from "../page/failed.tsx";
import { useAsked } from "../page/use-asked.ts";
import { t } from "../words.ts";
import { knownSecrets } from "./known-secrets.ts";
import { NotifiersCard } from "./notifiers-card.tsx";
import type { PartStatus } from "./part-state.tsx";
import { PluginsCard } from "./plugins-card.tsx";
import "./reports-config.ts";
import { type Service, ServiceCard } from "./service-card.tsx";
import { tr } from "./words.ts";

const STATUS_MS = 3000;

const SERVICES: readonly Service[] = [
	{
		type: "mqtt",
		intro: "mqtt.intro",
		ok: "part.connected",
		secrets: ["password"],
		groups: [
			{ title: "group.general", options: ["enabled", "host", "port", "tls", "username"] },
			{ title: "group.homeAssistant", options: ["discovery", "discovery_prefix", "commands"] },
			{ title: "group.more", options: "rest", folded: true },
		],
	},
	{
		type: "metrics",
		intro: "metrics.intro",
		ok: null,
		secrets: ["token"],
		groups: [{ title: "group.general", options: "rest" }],
	},
	{
		type: "history",
		intro: "history.intro",
		ok: "part.works",
		secrets: [],
		groups: [
			{ title: "group.general", options: ["enabled", "folder", "copy"] },
			{ title: "group.more", options: "rest", folded: true },
		],
	},
];

/** Whom the router tells what: notifications, MQTT, Prometheus, history, plugins. */
export function ReportsPage() {
	const setUp = useAsked("reports", STATUS_MS * 5);
	// It runs only where something is switched on: silence is no failure.
	const status = useAsked("status", STATUS_MS, { object: "polywan.reports" });
	const config = reports.draft.value;
	const installed = setUp.answer?.installed === true;
	const names = JSON.stringify(setUp.answer?.secrets ?? []);
	useEffect(() => {
		knownSecrets.value = JSON.parse(names) as string[];
	}, [names]);
	const ended = outcome.value;
	useEffect(() => {
		if (ended !== null) setUp.again();
	}, [ended]);
	const parts = status.failed ? [] : ((status.answer?.parts ?? []) as unknown as readonly PartStatus[]);
	const [mqtt, ...others] = SERVICES;
	if (setUp.answer === null && !setUp.failed) return <p class="soft">{t("live.connecting")}</p>;
	return (
		<>
			<header class="intro">
				<h2>{tr("page.title")}</h2>
				<p class="soft">{tr("page.intro")}</p>
			</header>
			<Failed when={setUp.failed} />
			{setUp.answer !== null && (!installed || config === null) && (
				<p class="notice warn">{tr("page.absent")}</p>
			)}
			{installed && config !== null && (
				<>
					<NotifiersCard config={config} parts={parts} />
					{mqtt !== undefined && <ServiceCard config={config} service={mqtt} parts={parts} />}
					{others.map((service) => (
						<ServiceCard key={service.type} config={config} service={service} parts={parts} />
					))}
					<PluginsCard config={config} parts={parts} />
				</>
			)}
		</>
	);
}
