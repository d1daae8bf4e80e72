namespace EdgeOrleans.Silo.Log;

/// <summary>Writes a line of the log, without its end.</summary>
internal delegate string LineFormat(in LogLine line);
