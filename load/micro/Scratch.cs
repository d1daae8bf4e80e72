namespace EdgeOrleans.Load.Micro;

/// <summary>A temporary directory on the real disk.</summary>
internal sealed class Scratch : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("edgeorleans-micro-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
