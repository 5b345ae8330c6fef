import { useState } from "preact/hooks";
import { type ConfigSection, deleteSection, setOption, textOf } from "../edit/config.ts";
import { reports, secrets } from "../edit/staging.ts";
import { useStaging } from "../edit/use-staging.ts";
import { te } from "../edit/words.ts";
import { usePanel } from "../panel.ts";
import { readOnly } from "../store.ts";
import { PartBadge, type PartStatus, PartTroubles } from "./part-state.tsx";
import { ReportsForm, type ReportsGroup } from "./reports-form.tsx";
import { SecretField } from "./secret-field.tsx";
import { tr } from "./words.ts";

/** A test waits for a mail server as long as that. */
const TEST_MS = 45_000;

const GENERAL = ["enabled", "type", "event", "severity", "gather", "rate"];

interface Means {
	readonly options: readonly string[];
	readonly secrets: readonly string[];
}

const MEANS: Readonly<Record<string, Means>> = {
	webhook: {
		options: ["url", "preset", "template", "chat", "ca", "insecure"],
		secrets: ["url", "token", "hmac_key"],
	},
	mail: {
		options: ["server", "port", "username", "from", "to", "tls", "ca", "insecure"],
		secrets: ["password"],
	},
	script: { options: ["program"], secrets: [] },
	syslog: { options: [], secrets: [] },
};

/** One receiver: its state, a test, and its options by what means it is told. */
export function NotifierRow(props: {
	readonly notifier: ConfigSection;
	readonly part: PartStatus | undefined;
	readonly open: boolean;
	onToggle(): void;
}) {
	const { notifier, part, open } = props;
	const { name } = notifier;
	const staging = useStaging();
	const off = ["0", "no", "off", "false", "disabled"].includes(textOf(notifier, "enabled") ?? "1");
	const type = textOf(notifier, "type") ?? "";
	const remove = () => {
		if (!confirm(te("form.deleteAsk", { name }))) return;
		staging.edit((config) => deleteSection(config, name), reports);
		secrets.clear(name);
	};
	return (
		<li class={open ? "open" : ""}>
			<div class="row">
				<input
					type="checkbox"
					class="switch"
					aria-label={tr("notify.enabled", { name })}
					checked={!off}
					onChange={({ currentTarget: { checked } }) =>
						staging.edit((config) => setOption(config, name, "enabled", checked ? "" : "0"), reports)
					}
				/>
				<div class="what">
					<h3>{name}</h3>
					<p class="small soft">{[type, textOf(notifier, "preset")].filter(Boolean).join(" · ")}</p>
				</div>
				<PartBadge part={part} ok="part.works" off={off} />
				<span class="actions">
					<TestButton name={name} ready={part !== undefined} />
					<button
						type="button"
						aria-expanded={open}
						aria-controls={`edit-${name}`}
						aria-label={`${te(open ? "form.close" : "form.edit")}: ${name}`}
						onClick={props.onToggle}
					>
						{te(open ? "form.close" : "form.edit")}
					</button>
					<button type="button" class="danger" aria-label={`${te("form.delete")}: ${name}`} onClick={remove}>
						{te("form.delete")}
					</button>
				</span>
			</div>
			{!off && <PartTroubles part={part} />}
			<div id={`edit-${name}`}>{open && <NotifierForm notifier={notifier} means={MEANS[type]} />}</div>
		</li>
	);
}

function NotifierForm({
	notifier,
	means,
}: {
	readonly notifier: ConfigSection;
	readonly means: Means | undefined;
}) {
	const own = means?.options ?? [];
	// Options of other means are shown where they are written, and all while the means is not known.
	const hasMore =
		means === undefined || [...notifier.options.keys()].some((key) => ![...GENERAL, ...own].includes(key));
	const groups: readonly ReportsGroup[] = [
		{ title: "group.general", options: GENERAL },
		...(own.length > 0 ? [{ title: "group.means" as const, options: own }] : []),
		...(hasMore ? [{ title: "group.more" as const, options: "rest" as const, folded: true }] : []),
	];
	return (
		<>
			<ReportsForm section={notifier} groups={groups} />
			{means !== undefined && means.secrets.length > 0 && (
				<fieldset class="group">
					<legend>{tr("group.secrets")}</legend>
					{means.secrets.map((option) => (
						<SecretField key={option} section={notifier.name} option={option} />
					))}
				</fieldset>
			)}
		</>
	);
}

/** Sends a message by what is in force, and says what came of it. */
function TestButton({ name, ready }: { readonly name: string; readonly ready: boolean }) {
	const { session } = usePanel();
	const [result, setResult] = useState<string | null>(null);
	const [busy, setBusy] = useState(false);
	const send = async () => {
		setBusy(true);
		setResult(null);
		try {
			const options = { timeoutMs: TEST_MS };
			const { error } = await session.call("polywan.reports", "test", { notify: name }, options);
			setResult(typeof error === "string" ? tr("test.failed", { why: error }) : tr("test.sent"));
		} catch (error) {
			setResult(tr("test.failed", { why: error instanceof Error ? error.message : String(error) }));
		}
		setBusy(false);
	};
	return (
		<>
			<span class="small result" role="status">
				{busy ? tr("test.sending") : result}
			</span>
			<button
				type="button"
				disabled={busy || !ready || readOnly.value}
				aria-label={`${tr("test.send")}: ${name}`}
				title={ready ? undefined : tr("test.later")}
				onClick={send}
			>
				{tr("test.send")}
			</button>
		</>
	);
}
