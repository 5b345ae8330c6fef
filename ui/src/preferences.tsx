import { ta } from "./alone-words.ts";
import { usePanel } from "./panel.ts";
import { staged } from "./staged.ts";
import { THEME_KEY, type Theme, theme } from "./theme.ts";
import { LANGUAGE_KEY, LANGUAGES, language, setLanguage } from "./words.ts";

/** What LuCI decides inside LuCI: language, appearance, signing out. */
export function Preferences() {
	const { logout } = usePanel();
	const leave = () => {
		if (!staged.value || confirm(ta("leave.staged"))) logout();
	};
	return (
		<div class="preferences">
			<label>
				<span class="unseen">{ta("language.label")}</span>
				<select
					class="slim"
					value={language.value}
					onChange={(event) => {
						localStorage.setItem(LANGUAGE_KEY, event.currentTarget.value);
						void setLanguage(event.currentTarget.value);
					}}
				>
					{Object.entries(LANGUAGES).map(([tag, entry]) => (
						<option key={tag} value={tag} lang={tag}>
							{entry.name}
						</option>
					))}
				</select>
			</label>
			<label>
				<span class="unseen">{ta("theme.label")}</span>
				<select
					class="slim"
					value={theme.value}
					onChange={(event) => {
						theme.value = event.currentTarget.value as Theme;
						localStorage.setItem(THEME_KEY, theme.value);
					}}
				>
					<option value="auto">{ta("theme.auto")}</option>
					<option value="light">{ta("theme.light")}</option>
					<option value="dark">{ta("theme.dark")}</option>
				</select>
			</label>
			<button type="button" class="plain" onClick={leave}>
				{ta("login.out")}
			</button>
		</div>
	);
}
