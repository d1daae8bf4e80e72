namespace EdgeOrleans.ServiceHarness;

/// <summary>A temporary directory that a service runs in. It outlives the service, so that another can be started in it.</summary>
public sealed class ServiceDirectory : IDisposable
{
    /// <summary>Creates one.</summary>
    public ServiceDirectory() => Path = Directory.CreateTempSubdirectory("edgeorleans-").FullName;

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>Where the service keeps its data when nothing else is said.</summary>
    public string DataPath => System.IO.Path.Combine(Path, "data");

    /// <summary>Removes it with all in it.</summary>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process that is only just gone may leave a file behind; the system's own cleaning gets it.
        }
    }
}
