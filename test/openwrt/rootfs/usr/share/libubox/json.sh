# json_quote TEXT: TEXT as a JSON string.
json_quote() {
	local text=$1
	case $text in
	*[\\\"[:cntrl:]]*)
		text=$(printf '%s' "$text" | sed -e 's/\\/\\\\/g; s/"/\\"/g; s/\t/\\t/g; s/\r/\\r/g' | sed -e ':a;N;$!ba;s/\n/\\n/g')
		;;
	esac
	printf '"%s"' "$text"
}
