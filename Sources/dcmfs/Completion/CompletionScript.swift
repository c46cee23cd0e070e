/// `dcmfs --generate-completion-script SHELL`. The scripts only carry words to `dcmfs __complete` and back: what there is to complete is
/// known in one place, and file names, with whatever is in them, stay the shell's own business.
enum CompletionScript: String, CaseIterable {
    case bash, zsh, fish

    static let option = "--generate-completion-script"

    var text: String {
        switch self {
        case .bash: Self.bashText
        case .zsh: Self.zshText
        case .fish: Self.fishText
        }
    }

    private static let bashText = #"""
        # Completions of dcmfs for bash.
        _dcmfs() {
            local program=${COMP_WORDS[0]} word part='' full head line files prefix path kind
            local -a words=() lines=()
            local -i index glued=0
            COMPREPLY=()
            # Readline breaks words at = and :, dcmfs does not.
            for ((index = 1; index <= COMP_CWORD; index++)); do
                word=${COMP_WORDS[index]}
                part=$word
                if [[ $word == [=:]* && -z ${word//[=:]/} && ${#words[@]} -gt 0 ]]; then
                    words[${#words[@]}-1]+=$word
                    glued=1
                    part=''
                elif ((glued)); then
                    words[${#words[@]}-1]+=$word
                    glued=0
                else
                    words+=("$word")
                fi
            done
            # What is typed may be quoted in part.
            for ((index = 0; index < ${#words[@]}; index++)); do
                word=${words[index]}
                case $word in
                    \"*) word=${word#\"}; word=${word%\"} ;;
                    \'*) word=${word#\'}; word=${word%\'} ;;
                    *) word=${word//\\/} ;;
                esac
                words[index]=$word
            done
            case $part in
                \"*|\'*) part=${part:1} ;;
                *) part=${part//\\/} ;;
            esac
            [[ $program == \~* ]] && program=dcmfs
            full=${words[${#words[@]}-1]}
            head=${full%"$part"}
            mapfile -t lines < <("$program" __complete "${words[@]}" 2>/dev/null)
            IFS=$'\t' read -r files prefix <<<"${lines[0]}"
            for line in "${lines[@]:1}"; do
                line=${line%%$'\t'*}
                case $line in *[=/]) compopt -o nospace 2>/dev/null ;; esac
                COMPREPLY+=("${line#"$head"}")
            done
            case $files in
                files) kind=-f ;;
                folders) kind=-d ;;
                *) return ;;
            esac
            compopt -o filenames 2>/dev/null
            while IFS= read -r path; do
                path=$prefix$path
                COMPREPLY+=("${path#"$head"}")
            done < <(compgen "$kind" -- "${full#"$prefix"}")
        }
        complete -F _dcmfs dcmfs

        """#

    private static let zshText = #"""
        #compdef dcmfs
        # Completions of dcmfs for zsh.
        _dcmfs() {
            local program=${(Q)words[1]} line word files prefix tab=$'\t'
            local -a before lines plain open
            (( CURRENT > 2 )) && before=("${(@Q)words[2,CURRENT-1]}")
            [[ $program == \~* ]] && program=dcmfs
            lines=("${(@f)$($program __complete "${before[@]}" "${(Q)PREFIX}" 2>/dev/null)}")
            files=${lines[1]%%$tab*}
            prefix=${lines[1]#*$tab}
            for line in "${(@)lines[2,-1]}"; do
                [[ -n $line ]] || continue
                word=${line%%$tab*}
                line=${word//:/\\:}:${line#*$tab}
                case $word in
                    *[=/]) open+=("$line") ;;
                    *) plain+=("$line") ;;
                esac
            done
            local -i found=1
            (( ${#plain} )) && _describe dcmfs plain && found=0
            (( ${#open} )) && _describe dcmfs open -S '' && found=0
            if [[ $files != none ]]; then
                [[ -n $prefix ]] && compset -P "${(b)prefix}"
                if [[ $files == folders ]]; then
                    _files -/ && found=0
                else
                    _files && found=0
                fi
            fi
            return found
        }
        if [[ ${funcstack[1]} == _dcmfs ]]; then
            _dcmfs "$@"
        else
            compdef _dcmfs dcmfs
        fi

        """#

    private static let fishText = #"""
        # Completions of dcmfs for fish.
        function __dcmfs_complete
            set -l words (commandline -opc)
            set -l current (commandline -ct)
            # An open quote has no end to be taken away with.
            if string match -q -r '^["\']' -- "$current"
                set current (string trim --left --chars '"\'' -- $current)
            else
                set current (string unescape -- "$current")
            end
            set -l program $words[1]
            set -e words[1]
            string match -q '~*' -- $program; and set program dcmfs
            set -l lines ($program __complete $words "$current" 2>/dev/null)
            set -q lines[1]; or return
            set -l files (string split \t -- $lines[1])
            set -e lines[1]
            test (count $lines) -gt 0; and printf '%s\n' $lines
            set -l path (string sub --start (math (string length -- "$files[2]") + 1) -- "$current")
            switch $files[1]
                case files
                    for found in (__fish_complete_path "$path")
                        printf '%s%s\n' $files[2] $found
                    end
                case folders
                    for found in (__fish_complete_directories "$path")
                        printf '%s%s\n' $files[2] $found
                    end
            end
        end
        complete -c dcmfs -f -a '(__dcmfs_complete)'

        """#
}
