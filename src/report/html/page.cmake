# cmake -DOUT=DIR -DDYGRAPHS=DIR -DLICENCE=FILE -P page.cmake
# Writes DIR/head.html and DIR/tail.html: page.html with style and scripts in their places, cut
# where the results go.
set(here ${CMAKE_CURRENT_LIST_DIR})

# What stands in the page says where its sources' map is, which is not there.
function(read_part out file)
    file(READ ${file} text)
    string(REGEX REPLACE "(//|/\\*)# sourceMappingURL=[^\n]*" "" text "${text}")
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

# 'sha256-…' of a script as Content-Security-Policy takes it: CMake has hexadecimal digits, and
# there they are base64: three bytes as four.
function(hash_of out text)
    string(SHA256 digits "${text}")
    set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
    string(APPEND digits 00) # 33 bytes; the last one is padding
    set(base64 "")
    foreach(at RANGE 0 63 6)
        string(SUBSTRING ${digits} ${at} 6 three)
        foreach(shift 18 12 6 0)
            math(EXPR index "(0x${three} >> ${shift}) & 63")
            string(SUBSTRING ${alphabet} ${index} 1 letter)
            string(APPEND base64 ${letter})
        endforeach()
    endforeach()
    string(SUBSTRING ${base64} 0 43 base64)
    set(${out} "'sha256-${base64}='" PARENT_SCOPE)
endfunction()

# page-10-… before page-20-…: what one defines the next ones use.
set(script "")
file(GLOB parts ${here}/page-*.js)
list(SORT parts)
foreach(part IN LISTS parts)
    read_part(text ${part})
    string(APPEND script "${text}\n")
endforeach()
set(script "'use strict';\n(() => {\n${script}})();\n")

read_part(style ${here}/page.css)
read_part(dygraphs_style ${DYGRAPHS}/dygraph.min.css)
read_part(dygraphs ${DYGRAPHS}/dygraph.min.js)
file(READ ${LICENCE} licence)
string(REPLACE "&" "&amp;" licence "${licence}")
string(REPLACE "<" "&lt;" licence "${licence}")
hash_of(hash_dygraphs "${dygraphs}")
hash_of(hash_script "${script}")

file(READ ${here}/page.html page)
foreach(name hash_dygraphs hash_script style dygraphs_style dygraphs licence script)
    string(REPLACE "@${name}@" "${${name}}" page "${page}")
endforeach()
string(FIND "${page}" "@results@" cut)
string(SUBSTRING "${page}" 0 ${cut} head)
math(EXPR behind "${cut} + 9")
string(SUBSTRING "${page}" ${behind} -1 tail)
file(WRITE ${OUT}/head.html "${head}")
file(WRITE ${OUT}/tail.html "${tail}")
