using System.Globalization;
using System.Text.Json;

namespace EdgeOrleans.Silo.Configuration;

/// <summary>
/// Where options come from, the later the stronger: <c>appsettings.json</c> in the current directory, the variables of this
/// service's predecessor, the environment (<c>Http__Listen</c>), the command line (<c>--Http:Listen=…</c>).
/// </summary>
internal static class ConfigurationSources
{
    private const string SettingsFile = "appsettings.json";

    // Read by their owners: Kestrel's endpoints and certificates, log levels.
    private static readonly string[] ForeignSections = ["Kestrel", "Logging"];

    /// <summary>Reads all sources and refuses names that nobody reads.</summary>
    /// <exception cref="StartFault">A source cannot be read, or holds an unknown option.</exception>
    public static IConfigurationRoot Read(string[] args)
    {
        var file = ReadFile();
        var commandLine = ReadCommandLine(args);
        RefuseUnknownRoots(file, SettingsFile);
        RefuseUnknownRoots(commandLine, "the command line");
        var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();

        // The stronger sources anew: what AddConfiguration adds is passed over where it says that something is empty.
        var all = new ConfigurationBuilder()
            .AddConfiguration(file)
            .AddInMemoryCollection(PredecessorVariables.Translate(file, environment, commandLine))
            .AddEnvironmentVariables()
            .AddCommandLine(args)
            .Build();
        RefuseUnknownOptions(all);
        return all;
    }

    private static IConfigurationRoot ReadFile()
    {
        // Read once: a provider of files would bring along what watches them.
        try
        {
            using var file = File.OpenRead(SettingsFile);
            return new ConfigurationBuilder().AddJsonStream(file).Build();
        }
        catch (FileNotFoundException)
        {
            return new ConfigurationBuilder().Build();
        }
        catch (Exception e) when (e is JsonException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new StartFault(ExitCode.Configuration, $"{SettingsFile} cannot be read: {e.Message}");
        }
    }

    private static IConfigurationRoot ReadCommandLine(string[] args)
    {
        // The provider passes over what it does not understand, so the form is checked here.
        for (var i = 0; i < args.Length; i++)
        {
            var isPair = args[i].StartsWith("--", StringComparison.Ordinal) && args[i].Length > 2;
            if (!isPair || (!args[i].Contains('=') && ++i == args.Length))
            {
                throw new StartFault(
                    ExitCode.Configuration,
                    $"The argument '{args[Math.Min(i, args.Length - 1)]}' is not understood: options are given as --Section:Name=value.");
            }
        }

        return new ConfigurationBuilder().AddCommandLine(args).Build();
    }

    private static void RefuseUnknownRoots(IConfiguration source, string sourceName)
    {
        foreach (var root in source.GetChildren())
        {
            if (!IsKnownRoot(root.Key))
            {
                throw new StartFault(
                    ExitCode.Configuration,
                    $"{root.Path} in {sourceName} is no option of this service; the sections are {string.Join(", ", Roots().Concat(ForeignSections))}.");
            }
        }
    }

    private static void RefuseUnknownOptions(IConfiguration configuration)
    {
        foreach (var root in Roots())
        {
            foreach (var (name, value) in configuration.GetSection(root).AsEnumerable())
            {
                // A variable that is named like a section is some other program's, and null marks an inner node.
                if (value is not null && name.Contains(':') && !OptionTable.All.Any(option => IsNameOf(option, name)))
                {
                    var siblings = OptionTable.All.Where(option => option.Name.StartsWith(root + ":", StringComparison.OrdinalIgnoreCase));
                    throw new StartFault(
                        ExitCode.Configuration,
                        $"{name} is no option of this service; in this section there are {string.Join(", ", siblings.Select(static o => o.Name))}.");
                }
            }
        }
    }

    private static bool IsNameOf(Option option, string name) =>
        string.Equals(option.Name, name, StringComparison.OrdinalIgnoreCase)
        || (option is ListOption
            && name.StartsWith(option.Name + ":", StringComparison.OrdinalIgnoreCase)
            && int.TryParse(name.AsSpan(option.Name.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _));

    private static bool IsKnownRoot(string name) =>
        Roots().Concat(ForeignSections).Contains(name, StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<string> Roots() => OptionTable.All.Select(static option => option.Name.Split(':')[0]).Distinct();
}
