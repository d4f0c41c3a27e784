#compdef finwait
# zsh completion for finwait, which tells itself what may come next.
_finwait() {
    local line name
    local -a lines names open

    lines=("${(@f)$("${(Q)words[1]}" completion words -- \
        "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    for line in "${lines[@]}"; do
        case $line in
        ($'\tfiles') compset -P '*='; _files ;;
        ($'\tdirectories') compset -P '*='; _directories ;;
        ($'\tcommands') _command_names -e ;;
        (?*)
            name=${${line%%$'\t'*}//:/\\:}
            if [[ $name == *[=./] ]]; then
                open+=("$name:${line#*$'\t'}")
            else
                names+=("$name:${line#*$'\t'}")
            fi
            ;;
        esac
    done
    _describe -t finwait finwait names -- open -S ''
}
if [[ $funcstack[1] == _finwait ]]; then
    _finwait "$@"
else
    compdef _finwait finwait
fi
