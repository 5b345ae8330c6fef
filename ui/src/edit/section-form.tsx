import type { OptionSchema, SectionSchema, SectionType } from "polywan-core/config/option-schema";
import type { Problem } from "polywan-core/config/problem";
import { RESERVED_NAMES, schemaOf } from "polywan-core/config/schema";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Said } from "../part/said.tsx";
import type { EditKey } from "../words/edit/en.ts";
import { type ConfigPackage, type ConfigSection, sectionsOf, setOption } from "./config.ts";
import { Field } from "./field.tsx";
import { draft, model, netifs } from "./staging.ts";
import { useStaging } from "./use-staging.ts";
import { te } from "./words.ts";

export interface Group<Title extends string = EditKey> {
	readonly title: Title;
	/** "rest": what no other group names. */
	readonly options: readonly string[] | "rest";
	/** Closed while none of its options is written. */
	readonly folded?: boolean;
}

/** What a form needs of the configuration its section is in. */
export interface FormSource<Title extends string> {
	readonly schema: SectionSchema<string>;
	readonly problems: readonly Problem[];
	title(title: Title): string;
	suggest(option: OptionSchema): Suggestions;
	edit(change: (config: ConfigPackage) => ConfigPackage): void;
}

export interface Suggestions {
	readonly suggestions: readonly string[];
	/** Nothing else makes sense. */
	readonly closed: boolean;
}

/** Every option of a section of /etc/config/polywan, as its schema says, in groups. */
export function SectionForm(props: { readonly section: ConfigSection; readonly groups: readonly Group[] }) {
	const { section, groups } = props;
	const staging = useStaging();
	const source: FormSource<EditKey> = {
		schema: schemaOf(section.type as SectionType),
		problems: model.value.problems,
		title: te,
		suggest: (option) => suggest(option, draft.value),
		edit: (change) => staging.edit(change),
	};
	return <SchemaForm section={section} groups={groups} source={source} />;
}

/** Every option of a section of any configuration, in groups. */
export function SchemaForm<Title extends string>(props: {
	readonly section: ConfigSection;
	readonly groups: readonly Group<Title>[];
	readonly source: FormSource<Title>;
}) {
	const { section, groups, source } = props;
	const { schema } = source;
	const named = groups.flatMap(({ options }) => (options === "rest" ? [] : options));
	const problems = source.problems.filter((problem) => problem.section === section.name);
	const shown = groups.map(({ title, options, folded = false }) => ({
		title,
		folded,
		options: schema.options.filter(({ name }) =>
			options === "rest" ? !named.includes(name) : options.includes(name),
		),
	}));
	const general = problems.filter(
		({ option }) => option === null || !schema.options.some(({ name }) => name === option),
	);
	return (
		<div class="form">
			{general.length > 0 && (
				<ul class="wrong small">
					{general.map(({ option, message }) => (
						<li key={message}>
							{option} <Said text={message} />
						</li>
					))}
				</ul>
			)}
			{shown.map(({ title, options, folded }) => (
				<GroupPart
					key={title}
					title={source.title(title)}
					folded={folded}
					written={options.some(({ name }) => section.options.has(name))}
				>
					{options.map((option) => (
						<Field
							key={option.name}
							section={section}
							option={option}
							problems={problems.filter((problem) => problem.option === option.name)}
							{...source.suggest(option)}
							onChange={(value) =>
								source.edit((config) => setOption(config, section.name, option.name, value))
							}
						/>
					))}
				</GroupPart>
			))}
		</div>
	);
}

function GroupPart(props: {
	readonly title: string;
	readonly folded: boolean;
	/** Something in it is not as by default. */
	readonly written: boolean;
	readonly children: ComponentChildren;
}) {
	const [open] = useState(!props.folded || props.written);
	if (!props.folded)
		return (
			<fieldset class="group">
				<legend>{props.title}</legend>
				{props.children}
			</fieldset>
		);
	return (
		<details class="group" open={open}>
			<summary>
				{props.title} {!props.written && <span class="soft">{te("form.defaults")}</span>}
			</summary>
			<fieldset>
				<legend class="unseen">{props.title}</legend>
				{props.children}
			</fieldset>
		</details>
	);
}

/** Names an option can have here. */
function suggest({ type, default: fallback }: OptionSchema, config: ConfigPackage | null): Suggestions {
	if (type.kind === "protocol") return { suggestions: ["tcp", "udp", "icmp", "icmpv6"], closed: false };
	if (type.kind !== "name" || config === null) return { suggestions: [], closed: false };
	if (type.of.includes("interface"))
		return { suggestions: netifs.value.map(({ name }) => name), closed: false };
	const targets = model.value.policies.map(({ name }) => name);
	const uplinks = sectionsOf(config, "uplink").map(({ name }) => name);
	const optional = fallback === null ? [""] : [];
	return { suggestions: [...optional, ...targets, ...uplinks, ...RESERVED_NAMES], closed: true };
}
