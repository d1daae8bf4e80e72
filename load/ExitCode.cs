namespace EdgeOrleans.Load;

/// <summary>How the generator ends.</summary>
internal static class ExitCode
{
    /// <summary>Every threshold held.</summary>
    public const int Held = 0;

    /// <summary>A threshold was passed: too slow, an error, or a wrong answer.</summary>
    public const int Passed = 1;

    /// <summary>Nothing could be measured: a wrong command line, or no service.</summary>
    public const int NothingMeasured = 2;
}
