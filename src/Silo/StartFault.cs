namespace EdgeOrleans.Silo;

/// <summary>Why the process cannot start, in one line for the operator and one number for scripts.</summary>
internal sealed class StartFault(ExitCode exitCode, string message) : Exception(message)
{
    /// <summary>What the process ends with.</summary>
    public ExitCode ExitCode { get; } = exitCode;
}
