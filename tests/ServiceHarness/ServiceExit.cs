namespace EdgeOrleans.ServiceHarness;

/// <summary>How a process ended.</summary>
/// <param name="Code">Its exit code; 128 and the number of the signal that ended it.</param>
/// <param name="Output">All lines of standard output.</param>
/// <param name="Errors">All lines of standard error.</param>
/// <param name="StopTime">From the signal, or from the start when there was none, to its end.</param>
public sealed record ServiceExit(int Code, IReadOnlyList<string> Output, IReadOnlyList<string> Errors, TimeSpan StopTime);
