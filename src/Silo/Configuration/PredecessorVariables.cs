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
    /// <exception cref="StartFault">The port is none, or it is not clear which address it is for.</exception>
    public static IEnumerable<KeyValuePair<string, string?>> Translate(
        IConfigurationRoot file, IConfigurationRoot environment, IConfigurationRoot commandLine)
    {
        if (environment[PathVariable] is { Length: > 0 } path)
        {
            yield return new(OptionTable.DataPath.Name, path);
        }

        if (environment[PortVariable] is { Length: > 0 } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65_535)
            {
                throw Fault(text, "must be a whole number from 1 to 65535.");
            }

            if (!OptionTable.Listen.IsIn(environment) && !OptionTable.Listen.IsIn(commandLine))
            {
                if (new[] { file, environment, commandLine }.Any(ListenAddresses.AreKestrels))
                {
                    throw Fault(text, "must not be set beside Kestrel:Endpoints: say in one place where to listen.");
                }

                yield return new(OptionTable.Listen.Name, WithPort(file, port, text));
            }
        }
    }

    /// <summary>One sentence for each variable that is set and means nothing here.</summary>
    public static IEnumerable<string> Warnings(IConfiguration configuration) =>
        from variable in Meaningless
        where configuration[variable.Name] is { Length: > 0 }
        select $"{variable.Name} has no meaning for this service and is ignored: {variable.Instead}.";

    // Where to listen stays as the file says; only the port is the variable's.
    private static string WithPort(IConfigurationRoot file, int port, string text)
    {
        var listen = OptionTable.Listen.Read(file);
        var address = listen.Length switch
        {
            0 => ListenAddresses.WithPort(ListenAddresses.Default, port),
            1 => ListenAddresses.WithPort(listen[0], port),
            _ => null,
        };
        return address ?? throw Fault(
            text, $"{OptionTable.Listen.Name} in appsettings.json is '{string.Join(';', listen)}', and not one address with a port: say all of it there.");
    }

    private static StartFault Fault(string value, string what) => new(ExitCode.Configuration, $"{PortVariable} is '{value}', but {what}");
}
