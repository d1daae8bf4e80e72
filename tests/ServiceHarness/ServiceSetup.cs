namespace EdgeOrleans.ServiceHarness;

/// <summary>How to start the service. Without anything: on a free loopback port, with its data in the directory's <c>data</c>.</summary>
public sealed record ServiceSetup
{
    /// <summary>Options by their names, as in <c>Limits:ValueBytes</c>; they travel as environment variables.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Environment variables beside the options.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>What is started: <see cref="ServiceBinary.Path"/>, or another with what must stand before it, such as an emulator.</summary>
    public IReadOnlyList<string> Command { get; init; } = [ServiceBinary.Path];

    /// <summary>The command line.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Whether <c>Http:Listen</c> is left out, for tests of where it listens then.</summary>
    public bool LeavesListenOut { get; init; }

    /// <summary>How long it may take until it listens.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same with one more option.</summary>
    public ServiceSetup With(string option, string value) =>
        this with { Options = new Dictionary<string, string>(Options) { [option] = value } };

    /// <summary>The same with one more environment variable.</summary>
    public ServiceSetup WithVariable(string name, string value) =>
        this with { Variables = new Dictionary<string, string>(Variables) { [name] = value } };
}
