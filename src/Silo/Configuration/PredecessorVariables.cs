using System.Globalization;

namespace EdgeOrleans.Silo.Configuration;

/// <summary>The environment variables of the service that this one succeeds, so that a device is upgraded without touching its unit file.</summary>
internal static class PredecessorVariables
{
    private const string PortVariable = "SERVER_PORT";
    private const string PathVariable = "DATA_PATH";

    // ENVIRONMENT needs no translation: names of options know no case.
    private static readonly (string Name, string Instead)[] Meaningless =
    [
        ("DATABASE", "the data is always in files under Data:Path"),
        ("MONGODB_URI", "the data is always in files under Data:Path"),
        ("REDIS_URI", "values are served from memory without a cache beside the service"),
    ];

    /// <summary>The options that the old variables stand for. An option given in the environment or on the command line is stronger.</summary>
    /// <exception cref="StartFault">The port is none.</exception>
    public static IEnumerable<KeyValuePair<string, string?>> Translate(IConfiguration environment, IConfiguration file)
    {
        if (environment[PathVariable] is { Length: > 0 } path)
        {
            yield return new(OptionTable.DataPath.Name, path);
        }

        if (environment[PortVariable] is { Length: > 0 } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65_535)
            {
                throw new StartFault(ExitCode.Configuration, $"{PortVariable} is '{text}', but must be a whole number from 1 to 65535.");
            }

            // Where to listen stays as the file says; only the port is the variable's.
            var listen = OptionTable.Listen.Read(file) is [var first, ..] ? first : ListenAddresses.Default;
            yield return new(OptionTable.Listen.Name, ListenAddresses.WithPort(listen, port));
        }
    }

    /// <summary>One sentence for each variable that is set and means nothing here.</summary>
    public static IEnumerable<string> Warnings(IConfiguration configuration) =>
        from variable in Meaningless
        where configuration[variable.Name] is { Length: > 0 }
        select $"{variable.Name} has no meaning for this service and is ignored: {variable.Instead}.";
}
