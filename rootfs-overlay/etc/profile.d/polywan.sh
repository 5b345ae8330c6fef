# Completion of polywan's verbs. BusyBox ash completes names of commands, aliases and files alone, so there each verb is
# an alias: polywan-<Tab> lists them.
if [ -n "$BASH_VERSION" ]; then
	. /usr/share/bash-completion/completions/polywan
else
	for _polywan in $(polywan __complete '' 2> /dev/null); do
		alias "polywan-$_polywan=polywan $_polywan"
	done
	unset _polywan
fi
