using System.Net;

namespace EdgeOrleans.Silo.Configuration;

/// <summary>All options of the service, read and checked. The one place where configuration becomes values.</summary>
internal sealed class ServiceOptions
{
    /// <summary>The data directory, as a full path.</summary>
    public required string DataPath { get; init; }

    /// <summary>What <c>/health</c> shows as environment.</summary>
    public required string Environment { get; init; }

    /// <summary>Where to listen; empty when Kestrel's own section says where.</summary>
    public required string[] Listen { get; init; }

    /// <summary>Connections served at a time.</summary>
    public required int MaxConnections { get; init; }

    /// <summary>Where Orleans clients are served; <see langword="null"/> when they are not.</summary>
    public required IPEndPoint? Gateway { get; init; }

    /// <summary>What an operator should know of these options although they are valid.</summary>
    public required string[] Warnings { get; init; }

    /// <summary>Reads every option.</summary>
    /// <exception cref="StartFault">One is out of its bound, or two do not go together.</exception>
    public static ServiceOptions Read(IConfiguration configuration)
    {
        var token = OptionTable.Token.Read(configuration);
        var options = new ServiceOptions
        {
            DataPath = Path.GetFullPath(OptionTable.DataPath.Read(configuration)),
            Environment = OptionTable.Environment.Read(configuration),
            Listen = ReadListen(configuration, token.Length > 0 || OptionTable.AllowAnonymous.Read(configuration)),
            MaxConnections = OptionTable.MaxConnections.ReadInt32(configuration),
            Gateway = ReadGateway(configuration),
            Warnings = [.. PredecessorVariables.Warnings(configuration)],
        };
        return options;
    }

    private static string[] ReadListen(IConfiguration configuration, bool servesOthers)
    {
        var listen = OptionTable.Listen.Read(configuration);
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().ToArray();
        if (listen.Length > 0 && endpoints.Length > 0)
        {
            throw new StartFault(
                ExitCode.Configuration,
                $"{OptionTable.Listen.Name} is '{string.Join(';', listen)}', but must not be set together with {endpoints[0].Path}: say in one place where to listen.");
        }

        if (listen.Length == 0 && endpoints.Length == 0)
        {
            listen = [ListenAddresses.Default];
        }

        var named = listen.Select(static url => (OptionTable.Listen.Name, Url: url))
            .Concat(endpoints.Select(static endpoint => (Name: endpoint.Path + ":Url", Url: endpoint["Url"] ?? "")));
        foreach (var (name, url) in named)
        {
            if (!ListenAddresses.IsAddress(url))
            {
                throw new StartFault(ExitCode.Configuration, $"{name} is '{url}', but must be {OptionTable.Listen.Bound}.");
            }

            if (!servesOthers && !ListenAddresses.IsLocal(url))
            {
                throw new StartFault(
                    ExitCode.Configuration,
                    $"{name} is '{url}', which other machines reach, so {OptionTable.Token.Name} must be set, or {OptionTable.AllowAnonymous.Name}=true.");
            }
        }

        return listen;
    }

    private static IPEndPoint? ReadGateway(IConfiguration configuration)
    {
        var port = OptionTable.GatewayPort.ReadInt32(configuration);
        var address = IPAddress.Parse(OptionTable.GatewayAddress.Read(configuration));
        return port == 0 ? null : new IPEndPoint(address, port);
    }
}
