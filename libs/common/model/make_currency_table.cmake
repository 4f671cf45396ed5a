# iso4217.csv (code,numeric,minor_units,"name") -> one table row per line: {"EUR", 2},
file(STRINGS ${INPUT} lines)
set(rows "")
foreach(line IN LISTS lines)
  if(line MATCHES "^([A-Z][A-Z][A-Z]),[0-9]+,([0-9]),")
    string(APPEND rows "{\"${CMAKE_MATCH_1}\", ${CMAKE_MATCH_2}},\n")
  endif()
endforeach()
file(WRITE ${OUTPUT} "${rows}")
