import { useSignal } from "@preact/signals";
import { buildShares } from "polywan-core/policy/shares";
import { useState } from "preact/hooks";
import { ShareBar } from "../part/shares.tsx";
import { saying } from "../words.ts";
import {
	type ConfigPackage,
	type ConfigSection,
	deleteSection,
	sectionsOf,
	setOption,
	textOf,
} from "./config.ts";
import { type Drag, useDrag } from "./drag.ts";
import {
	addMember,
	clearMembers,
	moveToTier,
	type PlacedMember,
	placeMembers,
	writeMembers,
} from "./members.ts";
import { SectionForm } from "./section-form.tsx";
import { model } from "./staging.ts";
import { useStaging } from "./use-staging.ts";
import { te } from "./words.ts";

export function PolicyCard(props: {
	readonly config: ConfigPackage;
	readonly policy: ConfigSection;
	onDuplicate(): void;
	onDelete(): void;
}) {
	const { config, policy } = props;
	const { name } = policy;
	const staging = useStaging();
	const members = placeMembers(config, name);
	const all = members.every(({ section }) => section === null);
	const choose = (wantsAll: boolean) =>
		staging.edit((before) => (wantsAll ? clearMembers(before, name) : writeMembers(before, name)));
	return (
		<section class="card policy" aria-labelledby={`policy-${name}`}>
			<header>
				<h3 id={`policy-${name}`}>{name}</h3>
				<span class="actions">
					<button type="button" onClick={props.onDuplicate} aria-label={`${te("form.duplicate")}: ${name}`}>
						{te("form.duplicate")}
					</button>
					<button
						type="button"
						class="danger"
						onClick={props.onDelete}
						aria-label={`${te("form.delete")}: ${name}`}
					>
						{te("form.delete")}
					</button>
				</span>
			</header>
			<Preview policy={name} />
			<fieldset class="group">
				<legend>{te("policies.members")}</legend>
				{[true, false].map((wantsAll) => (
					<label class="choice" key={String(wantsAll)}>
						<input
							type="radio"
							class="pick"
							name={`members-${name}`}
							checked={all === wantsAll}
							onChange={() => choose(wantsAll)}
						/>
						{te(wantsAll ? "policies.all" : "policies.chosen")}
					</label>
				))}
				{!all && <Tiers config={config} policy={policy} members={members} />}
			</fieldset>
			<SectionForm section={policy} groups={[{ title: "group.basic", options: "rest" }]} />
		</section>
	);
}

/** What buildShares, the daemon's own code, makes of the edited configuration. */
function Preview({ policy }: { readonly policy: string }) {
	const [down, setDown] = useState("");
	const uplinks = model.value.uplinks.map(({ name }) => name);
	const shares = buildShares(model.value, (uplink) => uplink !== down).get(policy);
	const lastResort = model.value.policies.find(({ name }) => name === policy)?.lastResort ?? "";
	const share = shares?.[4].kind === "uplinks" ? shares[4] : shares?.[6];
	const list = share?.kind === "uplinks" ? share.uplinks : [];
	const total = list.reduce((sum, { weight }) => sum + weight, 0);
	return (
		<div class="preview">
			<p>
				<span class="small soft">{te("policies.preview")}</span>{" "}
				<select
					class="slim"
					aria-label={te("policies.case")}
					value={down}
					onChange={(event) => setDown(event.currentTarget.value)}
				>
					<option value="">{te("policies.works")}</option>
					{uplinks.map((name) => (
						<option key={name} value={name}>
							{te("policies.without", { name })}
						</option>
					))}
				</select>
			</p>
			<ShareBar
				label=""
				shares={list.map(({ name, weight }) => ({ uplink: name, percent: (weight * 100) / total }))}
				lastResort={lastResort}
				tint={(uplink) => uplinks.indexOf(uplink)}
			/>
		</div>
	);
}

const NEW_TIER = "new";

/** The policy's uplinks by tier: dragged, or moved by arrow keys, from one tier to another. */
function Tiers(props: {
	readonly config: ConfigPackage;
	readonly policy: ConfigSection;
	readonly members: readonly PlacedMember[];
}) {
	const { config, members } = props;
	const policy = props.policy.name;
	const staging = useStaging();
	const said = useSignal("");
	const tiers = [...new Set(members.map(({ tier }) => tier))].sort((a, b) => a - b);
	const last = tiers.at(-1) ?? 1;
	const move = (uplink: string, tier: number) => {
		staging.edit((before) => {
			const after = moveToTier(before, policy, uplink, tier);
			const place = placeMembers(after, policy).find((member) => member.uplink === uplink);
			said.value = te("policies.moved", { name: uplink, tier: place?.tier ?? tier });
			return after;
		});
	};
	const step = ({ uplink, tier }: PlacedMember, by: number) => {
		const index = tiers.indexOf(tier) + by;
		if (index >= 0 && index <= tiers.length) move(uplink, tiers[index] ?? last + 1);
	};
	const { dragged, handle } = useDrag(({ item, zone }: Drag) =>
		move(item, zone === NEW_TIER ? last + 1 : Number(zone)),
	);
	const mark = (zone: string) => (dragged.value?.zone === zone ? "drop-on" : "");
	const absent = sectionsOf(config, "uplink").filter(
		({ name }) => !members.some(({ uplink }) => uplink === name),
	);
	return (
		<div class="tiers" data-drag-area>
			{tiers.map((tier, index) => (
				<div key={tier} class={`tier ${mark(String(tier))}`} data-zone={String(tier)}>
					<h4 class="small soft">{te(index === 0 ? "policies.tierFirst" : "policies.tier", { tier })}</h4>
					<ul>
						{members
							.filter((member) => member.tier === tier)
							.map((member) => (
								<MemberRow
									key={member.uplink}
									member={member}
									dragged={dragged.value?.item === member.uplink}
									handle={handle(member.uplink)}
									onStep={(by) => step(member, by)}
									only={members.length === 1}
								/>
							))}
					</ul>
				</div>
			))}
			<p class={`tier new small soft ${mark(NEW_TIER)}`} data-zone={NEW_TIER} hidden={dragged.value === null}>
				{te("policies.newTier")}
			</p>
			{absent.length > 0 && (
				<p class="absent small">
					{te("policies.takeIn")}:{" "}
					{absent.map(({ name }) => (
						<button
							type="button"
							key={name}
							class="take"
							onClick={() => staging.edit((before) => addMember(before, policy, name, last, 1))}
						>
							+ {name}
						</button>
					))}
				</p>
			)}
			<p class="unseen" role="status">
				{said.value}
			</p>
		</div>
	);
}

function MemberRow(props: {
	readonly member: PlacedMember;
	readonly dragged: boolean;
	readonly handle: ReturnType<ReturnType<typeof useDrag>["handle"]>;
	readonly only: boolean;
	onStep(by: number): void;
}) {
	const { member } = props;
	const { uplink, tier, section } = member;
	const staging = useStaging();
	if (section === null) return null;
	const wrong = model.value.problems.filter((problem) => problem.section === section.name);
	return (
		<li class={`member ${props.dragged ? "dragged" : ""}`}>
			<button
				type="button"
				class="handle"
				aria-label={te("policies.drag", { name: uplink, tier })}
				{...props.handle}
				onKeyDown={(event) => {
					const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
					if (by === undefined) return;
					event.preventDefault();
					props.onStep(by);
				}}
			>
				<span aria-hidden="true">⠿</span>
			</button>
			<b>{uplink}</b>
			<label class="weight small">
				<span aria-hidden="true">{te("option.member.weight")}</span>
				<input
					type="text"
					class="amount"
					inputMode="numeric"
					aria-label={te("policies.weight", { name: uplink })}
					aria-invalid={wrong.some(({ option }) => option === "weight")}
					value={textOf(section, "weight") ?? ""}
					placeholder={String(member.weight)}
					onInput={(event) => {
						const value = event.currentTarget.value.trim();
						staging.edit((config) => setOption(config, section.name, "weight", value));
					}}
				/>
			</label>
			<button
				type="button"
				class="plain"
				disabled={props.only}
				onClick={() => staging.edit((config) => deleteSection(config, section.name))}
			>
				<span aria-hidden="true">×</span>
				<span class="unseen">{te("policies.leaveOut", { name: uplink })}</span>
			</button>
			{wrong.length > 0 && (
				<p class="wrong small" role="alert">
					{wrong.map(({ option, message }) => `${option ?? ""} ${saying.value(message)}`).join("; ")}
				</p>
			)}
		</li>
	);
}
