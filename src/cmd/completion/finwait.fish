# fish completion for finwait, which tells itself what may come next.
function __finwait_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l before (string match -r -- '^.*=' $words[-1])
    set -l rest (string replace -r -- '^.*=' '' $words[-1])
    for line in ($words[1] completion words -- $words[2..-1] 2>/dev/null)
        switch $line
            case \tfiles
                for path in (__fish_complete_path $rest)
                    echo "$before$path"
                end
            case \tdirectories
                for path in (__fish_complete_directories $rest)
                    echo "$before$path"
                end
            case \tcommands
                __fish_complete_command
            case '*'
                echo $line
        end
    end
end
complete -c finwait -f -a '(__finwait_complete)'
