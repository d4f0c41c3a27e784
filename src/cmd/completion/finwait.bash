# bash completion for finwait, which tells itself what may come next.
_finwait() {
    local rest=${COMP_LINE:0:COMP_POINT} last=${COMP_WORDS[COMP_CWORD]} word line i
    local -a words=()

    # Bash takes words apart at = and :, as in --set load.rate=max, and completes the last piece.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $i -eq 0 || $rest == [[:blank:]]* ]]; then
            words+=('')
        fi
        rest=${rest#"${rest%%[![:blank:]]*}"}
        if ((i == COMP_CWORD)); then
            word=$rest
        fi
        words[-1]+=$word
        rest=${rest#"$word"}
    done
    if [[ $word == [=:] ]]; then
        word=
    fi
    last=${words[-1]}
    last=${last%"$word"} # what bash keeps of it

    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
        $'\tfiles')
            compopt -o filenames
            mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$word")
            ;;
        $'\tdirectories')
            compopt -o filenames
            mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$word")
            ;;
        $'\tcommands') mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -c -- "$word") ;;
        *)
            line=${line%%$'\t'*}
            COMPREPLY+=("${line#"$last"}")
            ;;
        esac
    done < <("${words[0]/#~\//$HOME/}" completion words -- "${words[@]:1}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=./] ]]; then
        compopt -o nospace
    fi
}
complete -F _finwait finwait
