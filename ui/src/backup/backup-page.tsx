import "../shared.ts";
import type { BackupReview, KeptBackup } from "polywan-core/backup/review";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { differences, outcome } from "../edit/staging.ts";
import { useStaging } from "../edit/use-staging.ts";
import { formatMoment } from "../format.ts";
import { usePanel } from "../panel.ts";
import { liveness, nowMs, readOnly } from "../store.ts";
import { language, t } from "../words.ts";
import {
	applyBackup,
	checkBackup,
	downloadBackup,
	readKept,
	type Source,
	saveFile,
	sendBackup,
} from "./backup-calls.ts";
import { BackupPreview } from "./backup-preview.tsx";
import { tb } from "./words.ts";

interface Checked {
	readonly name: string;
	readonly source: Source;
	readonly review: BackupReview;
}

/** Everything a user wrote as one file, and back: looked at first, then on trial, and the state before is kept. */
export function BackupPage() {
	const { session } = usePanel();
	const staging = useStaging();
	const allowed = useAllowed();
	const kept = useKept(allowed === true);
	const [checked, setChecked] = useState<Checked | null>(null);
	const [trouble, setTrouble] = useState<string | null>(null);
	const [running, setRunning] = useState(0);
	const busy = running > 0;
	const run = (action: () => Promise<void>) => async () => {
		setRunning((count) => count + 1);
		setTrouble(null);
		await action().catch((error: unknown) =>
			setTrouble(error instanceof Error ? error.message : String(error)),
		);
		setRunning((count) => count - 1);
	};
	const download = (before: boolean) =>
		run(async () => {
			const day = new Date().toISOString().slice(0, 10);
			saveFile(`polywan-backup-${before ? "before-" : ""}${day}.json`, await downloadBackup(session, before));
		});
	const check = async (name: string, source: Source) =>
		setChecked({ name, source, review: await checkBackup(session, source) });
	const takeFile = (file: File) =>
		run(async () => check(file.name, await sendBackup(session, await file.text())))();
	const apply = run(async () => {
		if (checked === null) return;
		outcome.value = null;
		const error = await applyBackup(session, checked.source);
		if (error !== null) throw new Error(error);
		// The trial may have ended before the answer: what is looked at by then stays.
		setChecked((now) => (now === checked ? null : now));
		await staging.watchTrial();
	});
	if (allowed === null) return <p class="soft">{t("live.connecting")}</p>;
	if (!allowed)
		return (
			<Page>
				<p class="notice">{tb(readOnly.value ? "readonly" : "forbidden")}</p>
			</Page>
		);
	return (
		<Page>
			<div role="alert">
				{trouble !== null && (
					<p class="notice bad">
						{tb("failed")} <span lang="en">{trouble}</span>
					</p>
				)}
			</div>
			<section class="card" aria-labelledby="backup-save">
				<header>
					<h3 id="backup-save">{tb("save.title")}</h3>
					<p class="soft">{tb("save.intro")}</p>
				</header>
				<p class="buttons">
					<button type="button" class="primary" disabled={busy} onClick={download(false)}>
						{tb("save.button")}
					</button>
				</p>
				<p class="small soft">{tb("save.secrets")}</p>
			</section>
			<section class="card" aria-labelledby="backup-restore">
				<header>
					<h3 id="backup-restore">{tb("restore.title")}</h3>
					<p class="soft">{tb("restore.intro")}</p>
				</header>
				<FileInput onFile={(file) => void takeFile(file)} busy={busy} />
				{kept !== null && (
					<p class="buttons kept">
						<span>
							{tb("kept", {
								when: formatMoment(kept.created_at_ms, nowMs.value, language.value),
								version: kept.version,
							})}
						</span>
						<button
							type="button"
							disabled={busy}
							onClick={run(() => check(tb("kept.name"), { before: true }))}
						>
							{tb("kept.look")}
						</button>
						<button type="button" disabled={busy} onClick={download(true)}>
							{tb("kept.save")}
						</button>
					</p>
				)}
			</section>
			{checked !== null && (
				<BackupPreview
					name={checked.name}
					review={checked.review}
					busy={busy}
					hasEdits={differences.value.length > 0}
					onApply={apply}
					onClose={() => setChecked(null)}
				/>
			)}
		</Page>
	);
}

function Page({ children }: { readonly children: ComponentChildren }) {
	return (
		<>
			<header class="intro">
				<h2>{tb("title")}</h2>
				<p class="soft">{tb("intro")}</p>
			</header>
			{children}
		</>
	);
}

function FileInput({ onFile, busy }: { onFile(file: File): void; readonly busy: boolean }) {
	return (
		<label class="field small chosen">
			{tb("restore.file")}
			<input
				type="file"
				class="chooser"
				accept=".json,application/json"
				disabled={busy}
				onChange={({ currentTarget }) => {
					const file = currentTarget.files?.[0];
					// The same file may be chosen again.
					currentTarget.value = "";
					if (file) onFile(file);
				}}
			/>
		</label>
	);
}

/** Null: not known yet. A grant of its own: a backup holds secrets, and a script that root runs. */
function useAllowed(): boolean | null {
	const { session } = usePanel();
	const [allowed, setAllowed] = useState<boolean | null>(null);
	const alive = liveness.value.kind === "live";
	useEffect(() => {
		if (alive) session.access("ubus", "polywan", "restore").then(setAllowed, () => {});
	}, [session, alive]);
	return allowed;
}

/** What was there before the last restore; read again after each trial. */
function useKept(wanted: boolean): KeptBackup | null {
	const { session } = usePanel();
	const [kept, setKept] = useState<KeptBackup | null>(null);
	const ended = outcome.value;
	useEffect(() => {
		if (wanted) readKept(session).then(setKept, () => {});
	}, [session, wanted, ended]);
	return kept;
}
